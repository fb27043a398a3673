import { storedConfig } from '../installation/stored-config.ts';
import { isObject } from '../io/json-file.ts';
import type { Secret } from '../node-red-credentials.ts';
import type { SettingKey } from './step.ts';

/** What Node-RED has on disk of its own settings; at a start this is also what it has in memory. Null when there is nothing. */
export function storedSetting(userDir: string, key: SettingKey): unknown {
  if (key === '_credentialSecret') return storedConfig(userDir, 'runtime')[key] ?? null;
  const section = storedConfig(userDir, key);
  return Object.keys(section).length === 0 ? null : section;
}

/** A project's own secret; false when it encrypts nothing, or there is no such project. */
export function projectSecretIn(userDir: string, name: string | null): Secret {
  const { projects } = storedConfig(userDir, 'projects');
  const project = name !== null && isObject(projects) ? projects[name] : null;
  const secret = isObject(project) ? project['credentialSecret'] : null;
  return typeof secret === 'string' && secret !== '' ? secret : false;
}
