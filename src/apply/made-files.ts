/** Files that a restore makes because the backup's own do not fit as they are. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../io/json-file.ts';
import { readObject } from '../io/read-object.ts';
import { openWithOneOf, sealCredentials, type Secret } from '../node-red-credentials.ts';
import { madeIn } from './restore-folders.ts';

const OWN_NAME = '@nightkeep/node-red-backup';

function make(folder: string, name: string, data: string | Uint8Array): string {
  mkdirSync(madeIn(folder), { recursive: true, mode: 0o700 });
  const path = join(madeIn(folder), name);
  writeFileSync(path, data, { mode: 0o600 });
  return path;
}

/** The credentials for the secret in force; as they are where none of `secrets` opens them, so that nothing is lost. */
export function makeCredentials(
  folder: string,
  { file, secrets, inForce }: { readonly file: string; readonly secrets: readonly Secret[]; readonly inForce: Secret },
): string {
  const opened = openWithOneOf(readFileSync(file, 'utf8'), [...secrets, false]);
  return opened === null ? file : make(folder, 'credentials.json', sealCredentials(opened, inForce));
}

/** The backup's package.json, in which this package stays as it is installed now: without it, nobody could take the restore back. */
export function makePackage(folder: string, theirs: string, ours: string): string {
  const [wanted, now] = [readObject(theirs), readObject(ours)];
  const own = isObject(now['dependencies']) ? now['dependencies'][OWN_NAME] : undefined;
  const dependencies = isObject(wanted['dependencies']) ? wanted['dependencies'] : {};
  if (typeof own !== 'string' || dependencies[OWN_NAME] === own) return theirs;
  const merged = { ...wanted, dependencies: { ...dependencies, [OWN_NAME]: own } };
  return make(folder, 'package.json', `${JSON.stringify(merged, null, 4)}\n`);
}

/** `.config.runtime.json` with the secret of the backup's credentials. Node-RED itself goes over to that of settings.js, if that differs. */
export function makeRuntimeConfig(folder: string, theirs: string, secret: string): string {
  return make(folder, 'runtime.json', JSON.stringify({ ...readObject(theirs), _credentialSecret: secret }, null, 4));
}

export function makeText(folder: string, name: string, text: string): string {
  return make(folder, name, text);
}

export function makeCopy(folder: string, name: string, of: string): string {
  return make(folder, name, readFileSync(of));
}
