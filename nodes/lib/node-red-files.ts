import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { CredentialSecret } from '../../src/index.ts';

/** The settings that say where flows and settings lie. */
export interface FileSettings {
  readonly userDir?: unknown;
  readonly flowFile?: unknown;
  readonly settingsFile?: unknown;
}

/** The flow file as Node-RED finds it: absolute, `./` from the working directory, there if it is there, else in the user directory. */
export function flowFileOf(settings: FileSettings, userDir: string): string {
  const { flowFile } = settings;
  if (typeof flowFile !== 'string' || flowFile === '') return join(userDir, `flows_${hostname()}.json`);
  if (isAbsolute(flowFile)) return flowFile;
  if (flowFile.startsWith('./')) return resolve(flowFile);
  return existsSync(flowFile) ? resolve(flowFile) : join(userDir, flowFile);
}

/** The settings that say what credentials are encrypted with. */
export interface SecretSettings {
  readonly credentialSecret?: unknown;
  /** Reads what Node-RED keeps itself; throws where it keeps nothing. */
  readonly get?: (key: string) => unknown;
}

/** The secret in force where no project has one of its own (that lies in the user directory). Null when there is none yet. */
export function credentialSecretOf(settings: SecretSettings): CredentialSecret | null {
  const { credentialSecret: own } = settings;
  if (own === false || (typeof own === 'string' && own !== '')) return { from: 'settings', secret: own };
  const generated = keptSecret(settings);
  return typeof generated === 'string' ? { from: 'runtime', secret: generated } : null;
}

function keptSecret(settings: SecretSettings): unknown {
  try {
    return settings.get?.('_credentialSecret');
  } catch {
    // It keeps none: there is no storage, as in the test helper.
    return null;
  }
}

export function settingsFileOf(settings: FileSettings): string | null {
  const { settingsFile } = settings;
  return typeof settingsFile === 'string' && settingsFile !== '' ? resolve(settingsFile) : null;
}
