/** Single requests to an SFTP server, as promises. They fail with what the server or the connection says. */
import { posix } from 'node:path';
import type { FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2';
import { isNoSuchFile, isPlainFailure, isUnsupported } from './errors.ts';

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
export async function openHandle(sftp: SFTPWrapper, path: string, flags: 'r' | 'r+' | 'wx'): Promise<RemoteFile> {
  return { sftp, handle: await call<Buffer>((done) => sftp.open(path, flags, { mode: FILE_MODE }, done)) };
}

export async function closeHandle({ sftp, handle }: RemoteFile): Promise<void> {
  await call((done) => sftp.close(handle, done));
}

/** Of a link, the link itself, where the server can tell the two apart. */
export async function statOrNull(sftp: SFTPWrapper, path: string): Promise<Stats | null> {
  try {
    return await orNull(call<Stats>((done) => sftp.lstat(path, done)));
  } catch (error) {
    if (isUnsupported(error)) return followedStatOrNull(sftp, path);
    if (isPlainFailure(error) && !(await isThere(sftp, path))) return null;
    throw error;
  }
}

function followedStatOrNull(sftp: SFTPWrapper, path: string): Promise<Stats | null> {
  return orNull(call<Stats>((done) => sftp.stat(path, done)));
}

export function readFolder(sftp: SFTPWrapper, path: string): Promise<FileEntryWithStats[]> {
  return call((done) => sftp.readdir(path, done));
}

/** A file that is not there is no error. */
export async function removeFile(sftp: SFTPWrapper, path: string): Promise<void> {
  try {
    await orNull(call((done) => sftp.unlink(path, done)));
  } catch (error) {
    if (!isPlainFailure(error) || (await isThere(sftp, path))) throw error;
  }
}

/** The folder that a login leads to, as an absolute path; null where the server does not tell. */
export async function homeFolder(sftp: SFTPWrapper): Promise<string | null> {
  try {
    return await call<string>((done) => sftp.realpath('.', done));
  } catch (error) {
    if (isUnsupported(error) || isNoSuchFile(error) || isPlainFailure(error)) return null;
    throw error;
  }
}

/** False also where the server says no more than that it failed: some have no better word for what is missing. */
export async function isThere(sftp: SFTPWrapper, path: string): Promise<boolean> {
  try {
    return (await followedStatOrNull(sftp, path)) !== null;
  } catch (error) {
    if (isPlainFailure(error)) return false;
    throw error;
  }
}

export async function isFolder(sftp: SFTPWrapper, path: string): Promise<boolean> {
  try {
    await closeHandle({ sftp, handle: await call<Buffer>((over) => sftp.opendir(path, over)) });
    return true;
  } catch (error) {
    if (isPlainFailure(error) || isNoSuchFile(error)) return false;
    throw error;
  }
}

/** Makes a folder and those above it, where they are not there. */
export async function makeFolders(sftp: SFTPWrapper, path: string): Promise<void> {
  if (await isThere(sftp, path)) return;
  const above = posix.dirname(path);
  if (above !== path) await makeFolders(sftp, above);
  try {
    await call((done) => sftp.mkdir(path, { mode: FOLDER_MODE }, done));
  } catch (error) {
    // Another may have made it meanwhile.
    if (!(await isThere(sftp, path))) throw error;
  }
}

/** Renames a file over another. */
export async function replace(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  if (await done(call((over) => sftp.ext_openssh_rename(from, to, over)))) return;
  if (await done(renameFile(sftp, from, to))) return;
  if ((await statOrNull(sftp, to)) === null) return renameFile(sftp, from, to);
  // A rename over a file is refused there: a moment without it cannot be helped. What it held comes back when the rest fails.
  const aside = `${from}~replaced`;
  await renameFile(sftp, to, aside);
  try {
    await renameFile(sftp, from, to);
  } catch (error) {
    await renameFile(sftp, aside, to).catch(() => undefined);
    throw error;
  }
  // What stays there goes when the folder is next cleaned up.
  await removeFile(sftp, aside).catch(() => undefined);
}

async function renameFile(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  await call((over) => sftp.rename(from, to, over));
}

/** @returns false when the server cannot do it this way, or says no more than that it failed */
async function done(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (isUnsupported(error) || isPlainFailure(error)) return false;
    throw error;
  }
}

/** Has the server put a file's bytes on its disk, where it can. */
export async function syncFile({ sftp, handle }: RemoteFile): Promise<void> {
  await supported((over) => sftp.ext_openssh_fsync(handle, over));
}

interface FileSystemInfo {
  readonly f_frsize: number;
  readonly f_bavail: number;
}

/** Null where the server does not tell. A folder that is not there yet lies where the one above it does. */
export async function freeBytes(sftp: SFTPWrapper, path: string): Promise<number | null> {
  const found: { info: FileSystemInfo | null } = { info: null };
  const asked = orNull(
    supported((over) =>
      sftp.ext_openssh_statvfs(path, (error, info) => {
        found.info = (info ?? null) as FileSystemInfo | null;
        over(error);
      }),
    ),
  );
  const above = posix.dirname(path);
  if ((await asked) === null && above !== path) return freeBytes(sftp, above);
  return found.info === null ? null : found.info.f_frsize * found.info.f_bavail;
}

/** @returns false when the server does not know this request */
async function supported(request: (over: Done<unknown>) => void): Promise<boolean> {
  try {
    await call(request);
    return true;
  } catch (error) {
    if (isUnsupported(error)) return false;
    throw error;
  }
}
