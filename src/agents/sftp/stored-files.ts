/** What a server tells of files. Some give no type in the permissions, some no attributes at all. */
import type { FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2';
import { BackupError } from '../../errors.ts';
import type { StoredFile } from '../file-store.ts';
import { isUnsupported } from './errors.ts';
import { statOrNull } from './requests.ts';

const TYPE_BITS = 0o170_000;
const REGULAR = 0o100_000;
/** How a line of `ls -l` begins, which most servers add to each entry of a folder. */
const LONG_NAME = /^([-bcdlps])(?:[-r][-w][-xsStT]){3}/;
/** How many are asked about at once, where the list does not tell enough. */
const PARALLEL = 32;

/** As far as the server gives them. */
type Attributes = Partial<Pick<Stats, 'mode' | 'size' | 'mtime'>>;

/** Null for what is no regular file; one without a type counts as one. */
export async function fileOrNull(sftp: SFTPWrapper, path: string, name: string): Promise<StoredFile | null> {
  const attributes = await statOrNull(sftp, path);
  return attributes === null || isFile(attributes) === false ? null : storedFile(name, attributes);
}

/** The regular files among the entries of a folder. */
export async function filesAmong(
  sftp: SFTPWrapper,
  folder: string,
  entries: readonly FileEntryWithStats[],
): Promise<readonly StoredFile[]> {
  const files: StoredFile[] = [];
  const queue = [...entries];
  const work = async (): Promise<void> => {
    for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) {
      const file = await fileOfEntry(sftp, folder, entry);
      if (file !== null) files.push(file);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return files;
}

async function fileOfEntry(
  sftp: SFTPWrapper,
  folder: string,
  { filename, longname, attrs }: FileEntryWithStats,
): Promise<StoredFile | null> {
  const listed: Attributes = attrs;
  const known = isFile(listed) ?? isFileByName(longname);
  if (known === false) return null;
  const isEnough = known !== null && listed.size !== undefined && listed.mtime !== undefined;
  const asked = isEnough ? listed : await askedAbout(sftp, `${folder}/${filename}`, listed);
  if (asked === null || (known === null && isFile(asked) === false)) return null;
  return storedFile(filename, asked);
}

/** What the list says, and what the server says when it is asked about this file alone; null when it is gone. */
async function askedAbout(sftp: SFTPWrapper, path: string, listed: Attributes): Promise<Attributes | null> {
  try {
    const asked: Attributes | null = await statOrNull(sftp, path);
    return asked === null ? null : { ...listed, ...asked };
  } catch (error) {
    if (isUnsupported(error)) return listed;
    throw error;
  }
}

/** Null when the permissions do not tell. */
function isFile({ mode = 0 }: Attributes): boolean | null {
  const type = mode & TYPE_BITS;
  return type === 0 ? null : type === REGULAR;
}

function isFileByName(longName: string): boolean | null {
  const type = LONG_NAME.exec(longName)?.[1];
  return type === undefined ? null : type === '-';
}

function storedFile(name: string, { size, mtime }: Attributes): StoredFile {
  if (size === undefined) {
    const what = `The server does not tell how large ${name} is, so what lies there cannot be checked.`;
    throw new BackupError('agent_error', `${what} Use another SFTP server.`);
  }
  return { name, size, modifiedMs: mtime === undefined ? NaN : mtime * 1000 };
}
