import fs from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';

/** What was done to files, in order: `write a`, `fsync a`, `close a`, `rename a b`, `remove a`. */
export interface FileCalls {
  readonly calls: readonly string[];
  stop(): void;
}

/**
 * Notes what the code under test asks of the file system, so that the order that a power cut would show can be checked.
 *
 * @param nameOf - makes names that can be compared, e.g. of partial files
 */
export function recordFileCalls(nameOf: (name: string) => string): FileCalls {
  const calls: string[] = [];
  const real = { open: fs.open, rename: fs.rename, rm: fs.rm };
  const named = (path: unknown): string => nameOf(basename(String(path)));
  const watch = (handle: FileHandle, name: string): FileHandle => {
    const [writeFile, sync, close] = [
      handle.writeFile.bind(handle),
      handle.sync.bind(handle),
      handle.close.bind(handle),
    ];
    handle.writeFile = (...args) => {
      calls.push(`write ${name}`);
      return writeFile(...args);
    };
    handle.sync = () => {
      calls.push(`fsync ${name}`);
      return sync();
    };
    handle.close = () => {
      calls.push(`close ${name}`);
      return close();
    };
    return handle;
  };
  fs.open = async (path, ...rest) => watch(await real.open(path, ...rest), named(path));
  fs.rename = (from, to) => {
    calls.push(`rename ${named(from)} ${named(to)}`);
    return real.rename(from, to);
  };
  fs.rm = (path, options) => {
    calls.push(`remove ${named(path)}`);
    return real.rm(path, options);
  };
  syncBuiltinESMExports();
  return {
    calls,
    stop: () => {
      Object.assign(fs, real);
      syncBuiltinESMExports();
    },
  };
}
