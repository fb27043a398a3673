import { StoreAgent } from '../../src/agents/store-agent.ts';
import { systemClock } from '../../src/clock.ts';
import { MemoryStore } from './memory-store.ts';

/** A location in memory; its name is the id in capitals. */
export function memoryAgent(id: string, store: MemoryStore = new MemoryStore()): StoreAgent {
  const abilities = { range: true, resume: false, update: true };
  return new StoreAgent({ id, name: id.toUpperCase(), abilities, store, clock: systemClock, instanceId: '00000000' });
}
