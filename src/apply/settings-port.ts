import { join } from 'node:path';
import { isObject } from '../io/json-file.ts';
import { readObject } from '../io/read-object.ts';
import type { Secret } from '../node-red-credentials.ts';
import type { SettingKey } from './step.ts';

/** What Node-RED has on disk of its own settings; at a start this is also what it has in memory. Null when there is nothing. */
export function storedSetting(userDir: string, key: SettingKey): unknown {
  if (key === '_credentialSecret') return readObject(join(userDir, '.config.runtime.json'))[key] ?? null;
  const section = readObject(configFile(userDir, key));
  return Object.keys(section).length === 0 ? null : section;
}

/** A project's own secret; false when it encrypts nothing, or there is no such project. */
export function projectSecretIn(userDir: string, name: string | null): Secret {
  const { projects } = readObject(configFile(userDir, 'projects'));
  const project = name !== null && isObject(projects) ? projects[name] : null;
  const secret = isObject(project) ? project['credentialSecret'] : null;
  return typeof secret === 'string' && secret !== '' ? secret : false;
}

function configFile(userDir: string, section: string): string {
  return join(userDir, `.config.${section}.json`);
}
