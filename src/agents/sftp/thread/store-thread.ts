/** A thread that has the connection to one SFTP server; see `ThreadedSftpStore`. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../../clock.ts';
import { deserializeError, serializeError } from '../../../errors.ts';
import { receiveChunks, sendChunks } from '../../../io/thread-pipe.ts';
import { SftpStore } from '../sftp-store.ts';
import type { Answers, FromThread, Request, ThreadData, ToThread } from './messages.ts';

const main = parentPort;
if (main === null) throw new Error('store-thread runs only as a worker thread');

/** How often the main thread is told of progress. */
const PROGRESS_MS = 50;

const store = new SftpStore((workerData as ThreadData).settings, systemClock);
const calls = new Map<number, AbortController>();

const say = (message: FromThread): void => {
  main.postMessage(message);
};

async function perform(id: number, request: Request, signal: AbortSignal): Promise<Answers[keyof Answers]> {
  const options = { signal };
  switch (request.verb) {
    case 'prepare':
      await store.prepare(options);
      return undefined;
    case 'list':
      return store.list({ signal, wanted: () => true });
    case 'stat':
      return store.stat(request.name, options);
    case 'readSmall':
      return store.readSmall(request.name, request.maxBytes, options);
    case 'rename':
      await store.rename(request.from, request.to, options);
      return undefined;
    case 'remove':
      await store.remove(request.name, options);
      return undefined;
    case 'space':
      return store.space(options);
    case 'read':
      await read(id, request, signal);
      return undefined;
    case 'put':
      await put(id, request, signal);
      return undefined;
  }
}

async function read(id: number, request: Request & { verb: 'read' }, signal: AbortSignal): Promise<void> {
  const { name, range, port } = request;
  const stream = await store.read(name, range === undefined ? { signal } : { signal, range });
  say({ type: 'done', id, value: undefined });
  // The other end is told as well.
  await sendChunks(port, stream as AsyncIterable<Uint8Array>).catch(() => undefined);
}

async function put(id: number, request: Request & { verb: 'put' }, signal: AbortSignal): Promise<void> {
  const { name, start, port } = request;
  let confirmed = 0;
  let told = 0;
  let toldAt = -Infinity;
  const tell = (): void => {
    told = confirmed;
    toldAt = systemClock.monotonic();
    say({ type: 'confirmed', id, bytes: confirmed });
  };
  const onConfirmed = (bytes: number): void => {
    confirmed = bytes;
    if (systemClock.monotonic() - toldAt >= PROGRESS_MS) tell();
  };
  const options = { signal, onConfirmed, ...(start === undefined ? {} : { start }) };
  await store.put(name, receiveChunks(port), options);
  if (told < confirmed) tell();
}

async function answer(id: number, request: Request): Promise<void> {
  const controller = new AbortController();
  calls.set(id, controller);
  try {
    say({ type: 'done', id, value: await perform(id, request, controller.signal) });
  } catch (error) {
    say({ type: 'failed', id, error: serializeError(error) });
  } finally {
    calls.delete(id);
  }
}

main.on('message', (message: ToThread) => {
  switch (message.type) {
    case 'call':
      void answer(message.id, message.request);
      return;
    case 'abort':
      calls.get(message.id)?.abort(deserializeError(message.reason));
      return;
    case 'end':
      void store.close().finally(() => {
        main.close();
      });
  }
});
