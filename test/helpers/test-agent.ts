/** An agent node as another package would bring it: locations in memory that a test can look into and make fail. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { agentNode } from '../../nodes/lib/agent/agent-node.ts';
import { runtimeOf } from '../../nodes/lib/runtime.ts';
import { StoreAgent } from '../../src/agents/store-agent.ts';
import { BackupError, type BackupAgent, type Engine } from '../../src/index.ts';
import { orAborted } from '../../src/io/abort.ts';
import { MemoryStore } from './memory-store.ts';
import type { FlowNode } from './node-red.ts';

interface TestAgentConfig extends NodeDef {
  /** Id of the location; the node's own when it is left out. */
  readonly place?: string;
  /** Makes the settings differ. */
  readonly setting?: string;
  readonly broken?: boolean;
}

export class TestAgents {
  readonly #stores = new Map<string, MemoryStore>();
  #red: NodeAPI | null = null;
  /** Agents of this test that were not closed. */
  readonly open: Set<BackupAgent> = new Set<BackupAgent>();
  /** What uploads to every location wait for, e.g. to be deployed meanwhile. */
  gate: Promise<void> = Promise.resolve();

  readonly register = (red: NodeAPI): void => {
    this.#red = red;
    const open = (agent: BackupAgent): BackupAgent => this.#watched(agent);
    const storeOf = (place: string): MemoryStore => this.store(place);
    red.nodes.registerType('test-agent', function (this: Node, config: TestAgentConfig) {
      red.nodes.createNode(this, config);
      agentNode(red, this, config, ({ id, name, clock, instanceId }) => {
        if (config.broken === true) throw new BackupError('invalid_request', 'place: it is missing.');
        const place = config.place ?? id;
        const abilities = { range: true, resume: false, update: true };
        const store = storeOf(place);
        return open(new StoreAgent({ id: place, name, clock, instanceId, abilities, store }));
      });
    });
  };

  /** The same for the same location, also after a deploy. */
  store(place: string): MemoryStore {
    const store = this.#stores.get(place) ?? new MemoryStore();
    this.#stores.set(place, store);
    return store;
  }

  async engine(): Promise<Engine> {
    if (this.#red === null) throw new Error('No test-agent was loaded yet.');
    return runtimeOf(this.#red).engine();
  }

  clear(): void {
    this.#stores.clear();
    this.open.clear();
    this.gate = Promise.resolve();
  }

  #watched(agent: BackupAgent): BackupAgent {
    this.open.add(agent);
    const upload = agent.upload.bind(agent);
    const close = agent.close.bind(agent);
    agent.upload = async (record, open, options) => {
      await orAborted(this.gate, options.signal);
      await upload(record, open, options);
    };
    agent.close = async () => {
      this.open.delete(agent);
      await close();
    };
    return agent;
  }
}

export function agentNodeOf(id: string, changes: Record<string, unknown> = {}): FlowNode {
  return { id, type: 'test-agent', z: 'tab', name: id, x: 300, y: 100, wires: [['copied'], ['told']], ...changes };
}
