/* eslint-disable @typescript-eslint/require-await -- callbacks that must give a promise */
import type { BackupAgent } from '../../src/agents/agent.ts';
import { StoreAgent } from '../../src/agents/store-agent.ts';
import { withBandwidthLimit } from '../../src/agents/wrap/bandwidth.ts';
import { protectedOnly } from '../../src/agents/wrap/protected-only.ts';
import { withRetry } from '../../src/agents/wrap/retry.ts';
import { withTimeout } from '../../src/agents/wrap/timeout.ts';
import { systemClock as clock } from '../../src/clock.ts';
import type { BackupRecord } from '../../src/model.ts';
import { SharedAgent } from '../../nodes/lib/agent/shared-agent.ts';
import { MemoryStore } from '../helpers/memory-store.ts';
import { agentSuite } from './agent-suite.ts';

const instanceId = '6f9619ff8b86d011b42d00c04fc964ff';

interface Wrapping {
  readonly wrap?: (agent: BackupAgent) => BackupAgent;
  readonly bytesPerSecond?: number;
  readonly kind?: Partial<BackupRecord>;
}

const WRAPPINGS: Readonly<Record<string, Wrapping>> = {
  'with retries': { wrap: (agent) => withRetry(agent, { clock, tries: 3, pauseMs: 1 }) },
  'with a time-out': { wrap: (agent) => withTimeout(agent, { clock, idleMs: 20_000 }) },
  'with a bandwidth limit': { bytesPerSecond: 100_000_000 },
  'for encrypted archives only': { wrap: protectedOnly, kind: { protected: true } },
  'shared by nodes': {
    wrap: (agent) => {
      const shared = new SharedAgent(agent);
      shared.serve(agent);
      return shared;
    },
  },
  'with all of it, as agent-sftp has it': {
    wrap: (agent) =>
      protectedOnly(withRetry(withTimeout(agent, { clock, idleMs: 20_000 }), { clock, tries: 3, pauseMs: 1 })),
    bytesPerSecond: 100_000_000,
    kind: { protected: true },
  },
};

for (const [name, { wrap = (agent: BackupAgent): BackupAgent => agent, bytesPerSecond, kind }] of Object.entries(
  WRAPPINGS,
)) {
  const begin: Parameters<typeof agentSuite>[1] = async () => {
    const files = new MemoryStore();
    const store = bytesPerSecond === undefined ? files : withBandwidthLimit(files, { clock, bytesPerSecond });
    const abilities = { range: true, resume: false, update: true };
    const make = (): BackupAgent =>
      wrap(new StoreAgent({ id: 'memory', name: 'memory', abilities, store, clock, instanceId }));
    const probe = {
      names: async () => [...files.files.keys()],
      read: async (file: string) => files.files.get(file) ?? Buffer.alloc(0),
      write: async (file: string, content: string | Buffer) => void files.files.set(file, Buffer.from(content)),
      remove: async (file: string) => void files.files.delete(file),
    };
    return { agent: make(), another: make, probe };
  };
  agentSuite(name, begin, kind);
}
