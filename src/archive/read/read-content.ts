/** Hands out what is in an archive: one file of it, or the whole of it decrypted. Runs in a worker thread. */
import type { MessagePort } from 'node:worker_threads';
import { BackupError } from '../../errors.ts';
import { sendChunks } from '../../io/thread-pipe.ts';
import type { ContentResult, ContentTask, TaskContext } from '../tasks.ts';
import { Lockstep, shown, type MemberEntry } from './lockstep.ts';
import { openArchive, type OpenArchive } from './open-archive.ts';
import { TarInput } from './tar-input.ts';

const STEP_BYTES = 256 * 1024;

/**
 * Sends the bytes to `output`, as fast as they are taken there.
 *
 * @throws BackupError `invalid_request` when there is no such file; `archive_corrupt` when it is damaged, which may be known only when
 * most of it was sent
 */
export async function readContent(
  task: ContentTask,
  context: TaskContext,
  output: MessagePort,
): Promise<ContentResult> {
  const archive = await openArchive({ ...context, ...task }).catch(async (error: unknown) => {
    await sendChunks(output, failing(error)).catch(() => undefined);
    throw error;
  });
  try {
    await sendChunks(output, task.member === null ? wholeOf(archive) : fileOf(archive, task.member));
    return {};
  } finally {
    await archive.close();
  }
}

// eslint-disable-next-line require-yield -- the other side is told of the failure as of one while reading
function* failing(error: unknown): Generator<Uint8Array, void, undefined> {
  throw error;
}

/** The compressed stream: what `age -d` gives of an encrypted archive. */
async function* wholeOf({ source }: OpenArchive): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < source.size; at += STEP_BYTES) {
    const step = new Uint8Array(Math.min(STEP_BYTES, source.size - at));
    await source.read(step, at);
    yield step;
  }
}

async function* fileOf(archive: OpenArchive, path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const entry = await findFile(archive, path);
  const input = new TarInput(archive.pieces());
  await input.skipTo(entry.offset);
  let parts: Uint8Array[] = [];
  const steps = new Lockstep(input).read(entry, (part) => parts.push(Uint8Array.from(part)));
  for (;;) {
    const { done } = steps.next();
    yield* parts;
    parts = [];
    if (done === true) return;
    await input.load();
  }
}

/** The file of that name; of a hard link, the one that has its content. */
async function findFile(archive: OpenArchive, path: string): Promise<MemberEntry> {
  const files = new Map<string, MemberEntry>();
  for await (const line of archive.manifest()) {
    if (line.kind !== 'member') continue;
    const { member } = line;
    if (member.type === 'file') files.set(shown(member.path), line);
    if (shown(member.path) !== path) continue;
    if (member.type === 'file') return line;
    const content = member.type === 'hardlink' && member.link !== null ? files.get(shown(member.link)) : undefined;
    if (content !== undefined) return content;
    throw new BackupError('invalid_request', `"${path}" is no file in this backup. Choose a file.`);
  }
  throw new BackupError('invalid_request', `The backup holds nothing named "${path}". See what "files" lists.`);
}
