import { join } from 'node:path';
import { readObject } from '../io/read-object.ts';
import type { SettingKey } from './step.ts';

/** What Node-RED has on disk of its own settings; at a start this is also what it has in memory. Null when there is nothing. */
export function storedSetting(userDir: string, key: SettingKey): unknown {
  if (key === '_credentialSecret') return readObject(join(userDir, '.config.runtime.json'))[key] ?? null;
  const section = readObject(configFile(userDir, key));
  return Object.keys(section).length === 0 ? null : section;
}

function configFile(userDir: string, section: string): string {
  return join(userDir, `.config.${section}.json`);
}
