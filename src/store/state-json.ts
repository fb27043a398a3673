import { InvalidField } from '../bounded-fields.ts';
import { toBackupError } from '../errors.ts';
import { readJsonFile } from '../io/json-file.ts';
import { setAside } from './state-folder.ts';

export interface StateJson<T> {
  readonly maxBytes: number;
  /** @throws InvalidField for what cannot be used */
  readonly parse: (value: unknown) => T;
  /** What begins the warning, e.g. `The job file /state/jobs/x.json`. */
  readonly what: string;
  readonly warn: (message: string) => void;
}

/**
 * Reads one of the small files of the state.
 *
 * @returns null when it is not there, and when it cannot be used: then it was set aside, with a warning
 * @throws BackupError when it is there and cannot be read
 */
export async function readStateJson<T>(path: string, { maxBytes, parse, what, warn }: StateJson<T>): Promise<T | null> {
  const json = await readJsonFile(path, maxBytes).catch((error: unknown) => {
    throw toBackupError(error, 'unknown_error', `Cannot read ${path}`);
  });
  if (json.kind === 'missing') return null;
  try {
    if (json.kind === 'invalid') throw new InvalidField(json.text);
    return parse(json.value);
  } catch (error) {
    if (!(error instanceof InvalidField)) throw error;
    warn(`${what} could not be used (${error.message}). It was set aside as ${await setAside(path)}.`);
    return null;
  }
}
