/* eslint-disable @typescript-eslint/require-await -- callbacks that must give a promise */
import { createLocalAgent } from '../../src/agents/local/local.ts';
import { StoreAgent } from '../../src/agents/store-agent.ts';
import { systemClock } from '../../src/clock.ts';
import { MemoryStore } from '../helpers/memory-store.ts';
import { tempFolder } from '../helpers/temp-folder.ts';
import { agentSuite } from './agent-suite.ts';
import type { LocationProbe } from './agent-suite.ts';
import { folderProbe } from './folder-probe.ts';

const instanceId = '6f9619ff8b86d011b42d00c04fc964ff';

agentSuite('memory', async () => {
  const store = new MemoryStore();
  const abilities = { range: true, resume: false, update: true };
  const make = (): StoreAgent =>
    new StoreAgent({ id: 'memory', name: 'memory', abilities, store, clock: systemClock, instanceId });
  const probe: LocationProbe = {
    names: async () => [...store.files.keys()],
    read: async (name) => store.files.get(name) ?? Buffer.alloc(0),
    write: async (name, content) => void store.files.set(name, Buffer.from(content)),
    remove: async (name) => void store.files.delete(name),
  };
  return { agent: make(), another: make, probe };
});

describe('a folder of this machine', () => {
  const folder = tempFolder();

  agentSuite('local', async () => {
    const place = folder();
    const make = (): ReturnType<typeof createLocalAgent> =>
      createLocalAgent({ id: 'local', name: 'local', folder: place, clock: systemClock, instanceId });
    return { agent: make(), another: make, probe: folderProbe(place) };
  });
});
