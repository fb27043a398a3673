import { StoreAgent } from '../../src/agents/store-agent.ts';
import { systemClock } from '../../src/clock.ts';
import { orAborted } from '../../src/io/abort.ts';
import { gate } from './fake-archive.ts';
import { MemoryStore } from './memory-store.ts';

/** A location in memory; its name is the id in capitals. */
export function memoryAgent(id: string, store: MemoryStore = new MemoryStore()): StoreAgent {
  const abilities = { range: true, resume: false, update: true };
  return new StoreAgent({ id, name: id.toUpperCase(), abilities, store, clock: systemClock, instanceId: '00000000' });
}

/** One whose uploads hang until they are given up; `begun` is a promise of the first. */
export function hangingAgent(id: string): { readonly agent: StoreAgent; readonly begun: Promise<void> } {
  const agent = memoryAgent(id);
  const begun = gate();
  agent.upload = async (_record, _open, { signal }) => {
    begun.open();
    await orAborted(new Promise(() => undefined), signal);
  };
  return { agent, begun: begun.passed };
}
