import { closeSync, openSync, readSync } from 'node:fs';

const TAG = Buffer.from('/CACHEDIR.TAG');
const SIGNATURE = Buffer.from('Signature: 8a477f597d28d172789f06886806bc55');

/** True when the folder carries a valid CACHEDIR.TAG (the Cache Directory Tagging Specification, version 0.6). */
export function isCacheFolder(path: Buffer): boolean {
  let fd: number;
  try {
    fd = openSync(Buffer.concat([path, TAG]), 'r');
  } catch {
    return false;
  }
  try {
    const head = Buffer.alloc(SIGNATURE.length);
    return readSync(fd, head, 0, head.length, 0) === head.length && head.equals(SIGNATURE);
  } catch {
    return false;
  } finally {
    closeSync(fd);
  }
}
