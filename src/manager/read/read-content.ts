import { MessageChannel } from 'node:worker_threads';
import { receiveChunks } from '../../io/thread-pipe.ts';
import { archiveInParts } from './archive-in-parts.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { ContentRequest } from '../requests.ts';

/**
 * What is in a stored backup, as bytes, in order: one file of it, or the whole archive decrypted. Whoever reads may stop at any time.
 *
 * A file that is damaged is known to be so at its end at the latest: then it throws instead of ending.
 *
 * @throws BackupError `backup_not_found`, `invalid_request` when there is no such file, `key_missing`, `key_incorrect`,
 * `archive_corrupt`, and what the location says
 */
export async function* readContent(
  parts: EngineParts,
  { backupId, agentId, path: member }: ContentRequest,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const agent = parts.registry.get(agentId);
  const record = await agent.get(backupId, { signal });
  const unheard = { signal, enter: () => undefined, progress: () => undefined };
  const archive = await archiveInParts(parts, { agent, record }, unheard);
  const { port1, port2 } = new MessageChannel();
  const stopping = new AbortController();
  const either = AbortSignal.any([signal, stopping.signal]);
  const { path, source } = archive;
  const { compression } = record;
  const task = { kind: 'content', path, compression, keys: parts.keys.forArchive(record), member } as const;
  const niceness = parts.settings.niceness;
  const context = { signal: either, niceness, onProgress: unheard.progress, output: port2 };
  const work = parts.archive.runTask(task, source === undefined ? context : { ...context, source });
  // What it fails with comes through the pipe as well, or is that the thread is gone.
  const ended = work.then(
    () => null,
    (error: unknown) => ({ error }),
  );
  try {
    yield* receiveChunks(port1);
  } catch (error) {
    const failure = await ended;
    throw failure === null ? error : failure.error;
  } finally {
    stopping.abort();
    await ended;
    await archive.release();
  }
}
