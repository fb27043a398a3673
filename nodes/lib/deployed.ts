/** What deployed nodes say of themselves, so that the sidebar can show and use it. */
import type { Node } from 'node-red';
import type { JobId, PlanId } from '../../src/index.ts';
import type { RetentionConfig } from '../retention/retention-config.ts';
import type { Runtime } from './runtime.ts';

/** A backup-create node. */
export interface DeployedPlan {
  readonly node: Node;
  readonly planId: PlanId;
  readonly planName: string;
  /** Labels of what goes in. */
  readonly sources: readonly string[];
  /** Whether its backups are encrypted. */
  readonly protected: boolean;
  /** Makes a backup as if its button had been pressed, so that it goes on along the wires. */
  readonly create: () => Promise<JobId>;
}

/** A retention node. */
export interface DeployedRetention {
  readonly node: Node;
  readonly config: RetentionConfig;
}

class Deployed<T> {
  readonly #known = new WeakMap<Runtime, Set<T>>();

  /** @returns a function that takes it off again */
  announce(runtime: Runtime, one: T): () => void {
    const all = this.#known.get(runtime) ?? new Set<T>();
    this.#known.set(runtime, all);
    all.add(one);
    return () => {
      all.delete(one);
    };
  }

  all(runtime: Runtime): readonly T[] {
    return [...(this.#known.get(runtime) ?? [])];
  }
}

export const deployedPlans: Deployed<DeployedPlan> = new Deployed<DeployedPlan>();
export const deployedRetentions: Deployed<DeployedRetention> = new Deployed<DeployedRetention>();
