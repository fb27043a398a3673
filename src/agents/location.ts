import { randomBytes } from 'node:crypto';
import { isObject, parseJsonBytes } from '../io/json-file.ts';
import type { AgentOptions } from './agent.ts';
import type { FileStore } from './file-store.ts';

/** Carries the `location_id`: two agents on one folder are one location, and another disk at the same path is another. */
const LOCATION_FILE = '.nightkeep.json';

const MAX_BYTES = 4096;

async function readLocation(store: FileStore, options: AgentOptions): Promise<string | null> {
  const bytes = await store.readSmall(LOCATION_FILE, MAX_BYTES, options);
  const json = bytes === null ? null : parseJsonBytes(bytes);
  if (json?.kind !== 'value' || !isObject(json.value)) return null;
  const id = json.value['location_id'];
  return typeof id === 'string' && /^[0-9a-f]{32}$/.test(id) ? id : null;
}

/**
 * The id of a location, made at its first use.
 *
 * @param partial - a name for the file while it is written
 */
export async function ensureLocation(store: FileStore, partial: string, options: AgentOptions): Promise<string> {
  const known = await readLocation(store, options);
  if (known !== null) return known;
  const made = randomBytes(16).toString('hex');
  const text = `${JSON.stringify({ format: 1, location_id: made }, null, 2)}\n`;
  await store.put(partial, [Buffer.from(text, 'utf8')], options);
  try {
    await store.rename(partial, LOCATION_FILE, options);
  } catch (error) {
    await store.remove(partial, options).catch(() => undefined);
    throw error;
  }
  // Another process may have been as quick; whoever came last is right.
  return (await readLocation(store, options)) ?? made;
}
