import { orAborted } from '../../io/abort.ts';
import type { SftpConnections, Lease } from './connections.ts';
import { isPlainFailure } from './errors.ts';
import { closeHandle, isFolder, isThere, openHandle, orNull, type RemoteFile } from './requests.ts';

/** A file that is open on the server until it is closed. */
export interface OpenFile extends RemoteFile {
  readonly path: string;
  /** What the server could not write until now is told here. */
  close(): Promise<void>;
  /** Closes it without waiting: nothing depends on it. */
  drop(): void;
  /** Ends its connection: what waits for an answer fails at once. */
  destroy(): void;
}

export interface FileToOpen {
  /** Bare. */
  readonly name: string;
  /** As for `fs.open`. */
  readonly flags: 'r' | 'r+' | 'wx';
  readonly signal: AbortSignal;
}

export async function openFile(connections: SftpConnections, file: FileToOpen): Promise<OpenFile> {
  const { lease, value } = await connections.open(file.signal, (on) => openOn(on, file));
  const path = pathOf(lease, file.name);
  const close = (): Promise<void> => closeHandle(value).finally(() => lease.release());
  const drop = (): void => {
    // When the connection is gone, the handle is gone with it.
    close().catch(() => undefined);
  };
  return { ...value, path, close, drop, destroy: () => lease.destroy() };
}

/** Null when there is no such file. A folder is none, where the server told no types. */
export async function openToRead(
  connections: SftpConnections,
  file: Omit<FileToOpen, 'flags'>,
): Promise<OpenFile | null> {
  try {
    return await orNull(openFile(connections, { ...file, flags: 'r' }));
  } catch (error) {
    // Some servers have no better word for it.
    if (!isPlainFailure(error) || (await isFile(connections, file))) throw error;
    return null;
  }
}

async function isFile(connections: SftpConnections, { name, signal }: Omit<FileToOpen, 'flags'>): Promise<boolean> {
  const { lease, value } = await connections.open(signal, async (on) => {
    const path = pathOf(on, name);
    return (await isThere(on.sftp, path)) && !(await isFolder(on.sftp, path));
  });
  lease.release();
  return value;
}

async function openOn(lease: Lease, { name, flags, signal }: FileToOpen): Promise<RemoteFile> {
  const opening = openHandle(lease.sftp, pathOf(lease, name), flags);
  try {
    return await orAborted(opening, signal);
  } catch (error) {
    // It may still open after this; nobody will use it then.
    void opening.then(closeHandle).catch(() => undefined);
    throw error;
  }
}

function pathOf({ folder }: Lease, name: string): string {
  return `${folder}/${name}`;
}
