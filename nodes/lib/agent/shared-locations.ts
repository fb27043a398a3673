/** The locations that nodes have brought: two nodes that name the same one share it. */
import type { Node } from 'node-red';
import { isLocalAgent, type AgentId, type BackupAgent, type Engine } from '../../../src/index.ts';
import type { Runtime } from '../runtime.ts';
import { SharedAgent } from './shared-agent.ts';

export interface Holder {
  readonly node: Node;
  /** Differs when the settings differ. */
  readonly settings: string;
}

/** A node's hold on a location. */
export interface Held {
  readonly agent: BackupAgent;
  /** Lets go: without anybody who holds it, a location is listed no more. */
  release(): Promise<void>;
}

interface Place {
  readonly agent: SharedAgent;
  readonly holders: Set<Holder>;
  readonly unregister: () => void;
}

export class Locations {
  readonly #engine: Engine;
  readonly #runtime: Runtime;
  readonly #places = new Map<AgentId, Place>();

  constructor(engine: Engine, runtime: Runtime) {
    this.#engine = engine;
    this.#runtime = runtime;
  }

  /**
   * Lists a node's location. Of several nodes that name the same one, the settings of the last are used.
   *
   * @throws BackupError `invalid_request` when the engine itself has another location of that id
   */
  hold(agent: BackupAgent, holder: Holder): Held {
    if (isLocalAgent(agent)) return this.#holdFolder(agent);
    const place = this.#places.get(agent.id) ?? this.#open(agent);
    for (const other of place.holders) this.#compare(holder, other);
    place.holders.add(holder);
    const end = place.agent.serve(agent);
    return {
      agent: place.agent,
      release: async () => {
        place.holders.delete(holder);
        if (place.holders.size === 0) this.#close(place);
        await end();
      },
    };
  }

  /** A folder of this machine has one agent, which is the engine's, whoever asks for it. */
  #holdFolder(agent: BackupAgent): Held {
    const unregister = this.#engine.locations.register(agent);
    return {
      agent,
      release: () => {
        unregister();
        return Promise.resolve();
      },
    };
  }

  #open(agent: BackupAgent): Place {
    const shared = new SharedAgent(agent);
    const place = { agent: shared, holders: new Set<Holder>(), unregister: this.#engine.locations.register(shared) };
    this.#places.set(agent.id, place);
    return place;
  }

  #close(place: Place): void {
    place.unregister();
    if (this.#places.get(place.agent.id) === place) this.#places.delete(place.agent.id);
  }

  #compare(one: Holder, other: Holder): void {
    const isOther = one.node.id !== other.node.id && this.#runtime.isLive(other.node);
    if (!isOther || one.settings === other.settings) return;
    for (const [{ node }, { node: twin }] of [
      [one, other],
      [other, one],
    ] as const) {
      const name = twin.name ?? twin.id;
      node.warn(
        `The node "${name}" stores backups at the same location with other settings; those of the last one deployed are used.`,
      );
    }
  }
}

const known = new WeakMap<Engine, Locations>();

export function locationsOf(engine: Engine, runtime: Runtime): Locations {
  const locations = known.get(engine) ?? new Locations(engine, runtime);
  known.set(engine, locations);
  return locations;
}
