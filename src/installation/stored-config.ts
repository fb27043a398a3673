import { join } from 'node:path';
import { isObject } from '../io/json-file.ts';
import { readIfThere } from '../io/read-if-there.ts';
import { loadedFile } from './content/kept-copy.ts';
import { nodeRedJson } from './content/node-red-json.ts';

/** A section of Node-RED's own settings, as it would read it now. Empty when it is not there, or broken: Node-RED takes it for empty too. */
export function storedConfig(userDir: string, section: string): Readonly<Record<string, unknown>> {
  const loaded = loadedFile(join(userDir, `.config.${section}.json`), readIfThere);
  const value = loaded === null ? null : nodeRedJson(loaded.bytes)?.value;
  return isObject(value) ? value : {};
}
