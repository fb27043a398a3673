import type { Node } from 'node-red';
import type { JobId, PlanId } from '../../src/index.ts';
import { Deployed } from '../lib/deployed.ts';

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

export const deployedPlans: Deployed<DeployedPlan> = new Deployed<DeployedPlan>();
