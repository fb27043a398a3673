/** Single requests to an SFTP server, as promises. They fail with what the server or the connection says. */
import { posix } from 'node:path';
import type { FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2';
import { isNoSuchFile } from './errors.ts';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** A file that is open on the server. */
export interface RemoteFile {
  readonly sftp: SFTPWrapper;
  readonly handle: Buffer;
}

type Done<T> = (error?: Error | null, value?: T) => void;

function call<T>(request: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    request((error, value) => {
      if (error === undefined || error === null) resolve(value as T);
      else reject(error);
    });
  });
}

/** Null where the server says that there is no such file. */
export async function orNull<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request;
  } catch (error) {
    if (isNoSuchFile(error)) return null;
    throw error;
  }
}

/** @param flags - as for `fs.open`; what is made is for its owner alone */
export async function openFile(sftp: SFTPWrapper, path: string, flags: 'r' | 'r+' | 'wx'): Promise<RemoteFile> {
  return { sftp, handle: await call<Buffer>((done) => sftp.open(path, flags, { mode: FILE_MODE }, done)) };
}

/** Does not wait: nothing depends on it. */
export function closeFile({ sftp, handle }: RemoteFile): void {
  try {
    sftp.close(handle, () => undefined);
  } catch {
    // The connection is gone, and the handle with it.
  }
}

export function statOrNull(sftp: SFTPWrapper, path: string): Promise<Stats | null> {
  return orNull(call<Stats>((done) => sftp.lstat(path, done)));
}

export function readFolder(sftp: SFTPWrapper, path: string): Promise<FileEntryWithStats[]> {
  return call((done) => sftp.readdir(path, done));
}

export function removeFile(sftp: SFTPWrapper, path: string): Promise<unknown> {
  return call((done) => sftp.unlink(path, done));
}

/** Makes a folder and those above it, where they are not there. */
export async function makeFolders(sftp: SFTPWrapper, path: string): Promise<void> {
  if ((await orNull(call<Stats>((done) => sftp.stat(path, done)))) !== null) return;
  const above = posix.dirname(path);
  if (above !== path) await makeFolders(sftp, above);
  try {
    await call((done) => sftp.mkdir(path, { mode: FOLDER_MODE }, done));
  } catch (error) {
    // Another may have made it meanwhile.
    if ((await orNull(call<Stats>((done) => sftp.stat(path, done)))) === null) throw error;
  }
}

/** Renames a file over another. */
export async function replace(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  if (await supported((done) => sftp.ext_openssh_rename(from, to, done))) return;
  // Without the extension, a rename over a file is refused: a moment without it cannot be helped then.
  await orNull(removeFile(sftp, to));
  await call((done) => sftp.rename(from, to, done));
}

/** Has the server put a file's bytes on its disk, where it can. */
export async function syncFile({ sftp, handle }: RemoteFile): Promise<void> {
  await supported((done) => sftp.ext_openssh_fsync(handle, done));
}

interface FileSystemInfo {
  readonly f_frsize: number;
  readonly f_bavail: number;
}

/** Null where the server does not tell. A folder that is not there yet lies where the one above it does. */
export async function freeBytes(sftp: SFTPWrapper, path: string): Promise<number | null> {
  const found: { info: FileSystemInfo | null } = { info: null };
  const asked = orNull(
    supported((done) =>
      sftp.ext_openssh_statvfs(path, (error, info) => {
        found.info = (info ?? null) as FileSystemInfo | null;
        done(error);
      }),
    ),
  );
  if ((await asked) === null && path !== '/') return freeBytes(sftp, posix.dirname(path));
  return found.info === null ? null : found.info.f_frsize * found.info.f_bavail;
}

/** @returns false when the server does not know this request */
async function supported(request: (done: Done<unknown>) => void): Promise<boolean> {
  const OPERATION_UNSUPPORTED = 8;
  try {
    await call(request);
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const isUnknown = 'code' in error ? error.code === OPERATION_UNSUPPORTED : /does not support/i.test(error.message);
    if (isUnknown) return false;
    throw error;
  }
}
