import { lchownSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Whoever restores as root does so for the owner of the user directory, whose number may be another than on the old machine. */
export function giveToOwner(path: string, userDir: string): void {
  const { uid, gid } = statSync(userDir);
  if (process.geteuid?.() === 0 && uid !== 0) give(path, uid, gid);
}

function give(path: string, uid: number, gid: number): void {
  lchownSync(path, uid, gid);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) give(join(path, name), uid, gid);
}
