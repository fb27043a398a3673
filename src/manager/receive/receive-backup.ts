/** A backup that somebody has as a file becomes one of the local folder, if it is whole. */
import { open } from 'node:fs/promises';
import type { LocalAgent } from '../../agents/local/local.ts';
import type { VerifyResult } from '../../archive/tasks.ts';
import { isoLocal } from '../../clock.ts';
import { BackupError, toBackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import { formatBytes } from '../../io/format-bytes.ts';
import type { BackupRecord, Compression } from '../../model.ts';
import type { JobParts } from '../jobs/job-parts.ts';
import { taskContext } from '../read/find-stored.ts';
import type { JobContext } from '../jobs/job-run.ts';
import { differsFromMade } from '../locations/merge-listings.ts';
import { receiveFile } from './receive-file.ts';
import type { ReceiveRequest } from '../requests.ts';
import { recordFromContents, recordFromName, type Received } from './received-record.ts';

/** What is left free: the engine and Node-RED write, too. */
const SPARE_BYTES = 16 * 1024 * 1024;

interface Receiving {
  readonly parts: JobParts;
  readonly context: JobContext;
  readonly agent: LocalAgent;
  readonly incoming: ReceiveRequest;
}

/**
 * When it throws, nothing of it is left.
 *
 * @param arrived - called when all bytes are on disk, before they are looked at
 * @throws BackupError `no_space`, `upload_failed`, `archive_corrupt`, `unsupported_format`, `target_exists` when the folder has the
 * backup already; `invalid_request` for what can be neither opened nor named
 */
export async function receiveBackup(
  parts: JobParts,
  incoming: ReceiveRequest & { readonly arrived: () => void },
  context: JobContext,
): Promise<BackupRecord> {
  const { localFolder } = parts.settings;
  if (localFolder === null) throw new BackupError('invalid_request', 'There is no local folder to receive it in.');
  const agent = await parts.registry.local(localFolder);
  context.identify({ agent_id: agent.id, agent_name: agent.name });
  const startedMs = parts.clock.now();
  await parts.journal.running(context.identity, null, startedMs);
  context.enter('receive_file');
  const receiving = { parts, context, agent, incoming };
  const place = await agent.beginBackup({ signal: context.signal });
  try {
    await checkSpace(receiving);
    const sha256 = await receiveFile(place.path, incoming, { clock: parts.clock, context });
    incoming.arrived();
    context.enter('verify');
    const { record, checked } = await examine(receiving, place.path, sha256);
    await checkFree(receiving, record);
    throwIfAborted(context.signal);
    context.know(record);
    // Should this process die now, the next start knows whose remains these are.
    await parts.journal.running(context.identity, agent.folder, startedMs);
    await place.commit(record);
    if (checked) await noteProof(receiving, record);
    return record;
  } catch (error) {
    await place.discard();
    throw error;
  }
}

async function checkSpace({ agent, incoming: { fileName, size }, context }: Receiving): Promise<void> {
  const space = await agent.space({ signal: context.signal });
  if (space === null || space.free >= size + SPARE_BYTES) return;
  const what = `${fileName} has ${formatBytes(size)}, and ${agent.folder} has only ${formatBytes(space.free)} free.`;
  throw new BackupError('no_space', `${what} Free some space there.`, { data: { needed: size, free: space.free } });
}

interface Examined {
  readonly record: BackupRecord;
  /** Whether every member was read and is what the manifest says. */
  readonly checked: boolean;
}

async function examine(receiving: Receiving, path: string, sha256: string): Promise<Examined> {
  const { fileName, size } = receiving.incoming;
  const kind = await kindOf(path, fileName);
  let first: VerifyResult | null = null;
  for (const compression of kind.compressions) {
    const result = await look(receiving, { path, compression, isProtected: kind.protected });
    const received: Received = { fileName, size, sha256, protected: kind.protected, compression };
    const { header, problems, files, bytes, failed = 0 } = result;
    if (header !== undefined && problems.length === 0) {
      return { record: recordFromContents(received, { header, files, bytes, failed }), checked: true };
    }
    if (problems.some(({ code }) => code.startsWith('key_')))
      return { record: recordFromName(received), checked: false };
    if (header !== undefined) throw problemOf(fileName, result);
    first ??= result;
  }
  throw problemOf(fileName, first);
}

function problemOf(fileName: string, result: VerifyResult | null): BackupError {
  const [problem] = result?.problems ?? [];
  const why = problem?.message ?? 'it is empty';
  return new BackupError(problem?.code ?? 'archive_corrupt', `${fileName} is not accepted: ${why} Use another copy.`);
}

interface Looked {
  readonly path: string;
  readonly compression: Compression;
  readonly isProtected: boolean;
}

function look({ parts, context }: Receiving, { path, compression, isProtected }: Looked): Promise<VerifyResult> {
  const keys = parts.keys.forArchive({ protected: isProtected });
  const task = { kind: 'verify', path, compression, keys, expected: null, tellHeader: true } as const;
  return parts.archive.runTask(task, taskContext(parts, context));
}

interface Kind {
  readonly protected: boolean;
  /** In the order in which they are tried. */
  readonly compressions: readonly Compression[];
}

const MAGICS: readonly (readonly [string, Compression])[] = [
  ['28b52ffd', 'zstd'],
  ['1f8b', 'gzip'],
];
const AGE = Buffer.from('age-encryption.org/').toString('hex');

/** By its first bytes; what is encrypted says it in its name, if that is still the one that it had. */
async function kindOf(path: string, fileName: string): Promise<Kind> {
  const start = await firstBytes(path);
  if (start.startsWith(AGE)) {
    const named: Compression = fileName.includes('.tar.gz')
      ? 'gzip'
      : /\.tar(?!\.zst)/.test(fileName)
        ? 'none'
        : 'zstd';
    return { protected: true, compressions: [...new Set<Compression>([named, 'zstd', 'gzip', 'none'])] };
  }
  const found = MAGICS.find(([magic]) => start.startsWith(magic));
  return { protected: false, compressions: [found?.[1] ?? 'none'] };
}

async function firstBytes(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(32), 0, 32, 0);
    return buffer.toString('hex', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** A name is taken only once, and what was made here is not replaced by what only says that it was. */
async function checkFree({ parts, agent, context }: Receiving, record: BackupRecord): Promise<void> {
  const { backup_id: backupId } = record;
  const differs = differsFromMade(record, await parts.store.made.all());
  if (differs !== null) {
    const what = `The file says that it is backup ${backupId}, which was made here and has other bytes.`;
    throw new BackupError('archive_corrupt', `${what} Use another copy.`);
  }
  const there = await agent.get(backupId, { signal: context.signal }).then(
    () => true,
    (error: unknown) => toBackupError(error).code !== 'backup_not_found',
  );
  throwIfAborted(context.signal);
  if (!there) return;
  const what = `Backup ${backupId} is already in ${agent.folder}.`;
  throw new BackupError('target_exists', `${what} It was left as it is; delete it there first if it is damaged.`);
}

async function noteProof({ parts, agent }: Receiving, { backup_id }: BackupRecord): Promise<void> {
  const verified = { date: isoLocal(parts.clock.now()), ok: true, problem: null };
  await parts.store.verified.note(agent.id, backup_id, verified).catch((error: unknown) => {
    parts.warn(toBackupError(error).message);
  });
}
