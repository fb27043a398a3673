import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BindMounts } from './bind-mounts.ts';
import { makeUserDir, put } from './user-dir.ts';

const NEW_SECRET = 'new secret';

/** A user directory as of a container: what is named lies in `root`/host, and is mounted into `root`/data. */
export function makeMounted(mounts: BindMounts, root: string, names: readonly string[], readOnly = false): void {
  const [host, data] = [join(root, 'host'), join(root, 'data')];
  for (const folder of [host, data]) {
    makeUserDir(folder, { mark: 'new', secret: NEW_SECRET });
    put(folder, { 'context/flow/b.json': '{"b":1}', 'certs/new.pem': 'new', '.flows.json.backup': '[]' });
  }
  for (const name of names) mountAgain(mounts, root, name, readOnly);
}

export function mountAgain(mounts: BindMounts, root: string, name: string, readOnly = false): void {
  const [source, place] = [join(root, 'host', name), join(root, 'data', name)];
  if (lstatSync(source, { throwIfNoEntry: false }) === undefined) throw new Error(`${source} is not there`);
  mkdirSync(dirname(place), { recursive: true });
  if (lstatSync(source).isDirectory()) mkdirSync(place, { recursive: true });
  else writeFileSync(place, '', { flag: 'a' });
  mounts.bind(source, place, { readOnly });
}
