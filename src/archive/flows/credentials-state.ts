/** Whether Node-RED could read the credentials of a backup. What is in them goes nowhere. */
import { isObject, parseJsonBytes } from '../../io/json-file.ts';
import { openWithOneOf, type Secret } from '../../node-red-credentials.ts';
import type { CredentialsState } from '../tasks.ts';

/** Contents of members; null for one that is not in the backup. */
export interface SecretFiles {
  /** The member that holds the secret; see docs/format.md, section 2. */
  readonly secret: Uint8Array | null;
  /** `.config.runtime.json`, where Node-RED keeps a secret that it has made up. */
  readonly runtimeConfig: Uint8Array | null;
  /** `.config.projects.json`, where projects have theirs. */
  readonly projectsConfig: Uint8Array | null;
}

/**
 * What credentials can be encrypted with: false when they are not to be. Of the settings, or of a project.
 *
 * @param project - the name of the active one
 */
export function secretsOf(files: SecretFiles, project: string | null): readonly Secret[] {
  if (project !== null) return [projectSecret(files.projectsConfig, project)];
  const carried = fieldsIn(files.secret)['credential_secret'];
  const generated = fieldsIn(files.runtimeConfig)['_credentialSecret'];
  return [carried, generated].filter((secret) => typeof secret === 'string' || secret === false);
}

/** A project that has none encrypts nothing. */
function projectSecret(config: Uint8Array | null, name: string): Secret {
  const { projects } = fieldsIn(config);
  const project = isObject(projects) ? projects[name] : null;
  const secret = isObject(project) ? project['credentialSecret'] : null;
  return typeof secret === 'string' && secret !== '' ? secret : false;
}

/** @param credentials - the content of their file; null when there is none */
export function credentialsState(credentials: Uint8Array | null, secrets: readonly Secret[]): CredentialsState {
  if (credentials === null) return 'none';
  const content = objectIn(credentials);
  if (content === null) return 'unreadable';
  if (typeof content['$'] !== 'string') return Object.keys(content).length === 0 ? 'none' : 'plain';
  if (secrets.length === 0) return 'unknown_secret';
  const text = Buffer.from(credentials).toString('utf8');
  return openWithOneOf(text, secrets) === null ? 'unreadable' : 'decrypted';
}

function fieldsIn(bytes: Uint8Array | null): Readonly<Record<string, unknown>> {
  return (bytes === null ? null : objectIn(bytes)) ?? {};
}

function objectIn(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  const json = parseJsonBytes(bytes);
  return json.kind === 'value' && isObject(json.value) ? json.value : null;
}
