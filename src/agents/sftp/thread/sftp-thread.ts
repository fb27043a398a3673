import { Worker, type Transferable } from 'node:worker_threads';
import type { Clock, Timer } from '../../../clock.ts';
import { BackupError, deserializeError, serializeError } from '../../../errors.ts';
import { abortReason } from '../../../io/abort.ts';
import { startedModule } from '../../../io/started-module.ts';
import type { SftpSettings } from '../settings.ts';
import type { Answers, FromThread, Request, ThreadData, ToThread } from './messages.ts';

/** A thread is kept this long after its last use: a little longer than a connection. */
const IDLE_MS = 15_000;

/** How long its connection may take to end. */
const CLOSE_MS = 5_000;

/** Each packet leaves a few buffers behind, which count as young objects: a small young generation is collected often. */
const LIMITS = { maxYoungGenerationSizeMb: 2 };

interface Waiting {
  readonly resolve: (value: Answers[keyof Answers]) => void;
  readonly reject: (error: BackupError) => void;
  readonly onConfirmed: ((bytes: number) => void) | undefined;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  readonly transfer?: readonly Transferable[];
  readonly onConfirmed?: ((bytes: number) => void) | undefined;
  /** The call lasts beyond its answer, until this settles: it can be aborted until then. */
  readonly lasting?: Promise<unknown>;
}

/** A thread, and the calls that wait for it. */
interface Running {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
}

/** Starts the thread of an SFTP connection when it is needed, and ends it when it is not. */
export class SftpThread {
  readonly #settings: SftpSettings;
  readonly #clock: Clock;
  #running: Running | null = null;
  #nextId = 0;
  #calls = 0;
  #idle: Timer | null = null;

  constructor(settings: SftpSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** @throws BackupError what the store in the thread throws, or a temporary `agent_error` when the thread died */
  async call<R extends Request>(request: R, options: CallOptions): Promise<Answers[R['verb']]> {
    const { signal, transfer = [], onConfirmed, lasting } = options;
    const id = this.#nextId++;
    const { worker, waiting } = this.#begin();
    const abort = (): void => {
      this.#post(worker, { type: 'abort', id, reason: serializeError(abortReason(signal)) });
    };
    signal.addEventListener('abort', abort, { once: true });
    const end = (): void => {
      signal.removeEventListener('abort', abort);
      this.#end();
    };
    const answer = new Promise<Answers[keyof Answers]>((resolve, reject) => {
      waiting.set(id, { resolve, reject, onConfirmed });
    });
    const over = lasting === undefined ? answer : answer.then(() => lasting);
    void over.then(end, end);
    this.#post(worker, { type: 'call', id, request }, transfer);
    if (signal.aborted) abort();
    // The thread answers with the result of the verb that it was given.
    return (await answer) as Answers[R['verb']];
  }

  /** Lets the thread close its connection and end. */
  async close(): Promise<void> {
    this.#idle?.cancel();
    const worker = this.#running?.worker;
    this.#running = null;
    if (worker === undefined) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.ref();
    this.#post(worker, { type: 'end' });
    const timer = this.#clock.setTimer(CLOSE_MS, () => void worker.terminate());
    await ended;
    timer.cancel();
  }

  #post(worker: Worker, message: ToThread, transfer: readonly Transferable[] = []): void {
    worker.postMessage(message, [...transfer]);
  }

  #begin(): Running {
    this.#idle?.cancel();
    this.#calls++;
    this.#running ??= start(this.#settings, (ended) => {
      if (this.#running === ended) this.#running = null;
    });
    this.#running.worker.ref();
    return this.#running;
  }

  #end(): void {
    this.#calls--;
    if (this.#calls > 0) return;
    // Nothing is on its way: it need not keep the process alive.
    this.#running?.worker.unref();
    this.#idle = this.#clock.setTimer(IDLE_MS, () => void this.close());
  }
}

function start(settings: SftpSettings, onEnd: (ended: Running) => void): Running {
  const entry = startedModule('agents/sftp/thread/store-thread');
  const data: ThreadData = { settings };
  const worker = new Worker(entry, { workerData: data, resourceLimits: LIMITS });
  const running: Running = { worker, waiting: new Map() };
  worker.on('message', (message: FromThread) => {
    hear(running, message);
  });
  const end = (cause?: Error): void => {
    onEnd(running);
    failAll(running, cause);
  };
  worker.on('error', end);
  worker.on('exit', () => {
    end();
  });
  return running;
}

function hear({ waiting }: Running, message: FromThread): void {
  const call = waiting.get(message.id);
  if (message.type === 'confirmed') {
    call?.onConfirmed?.(message.bytes);
    return;
  }
  waiting.delete(message.id);
  if (message.type === 'done') call?.resolve(message.value);
  else call?.reject(deserializeError(message.error));
}

function failAll({ waiting }: Running, cause: Error | undefined): void {
  const why = cause === undefined ? '' : `: ${cause.message}`;
  const error = new BackupError('agent_error', `The thread of the SFTP connection ended${why}.`, { temporary: true });
  for (const { reject } of waiting.values()) reject(error);
  waiting.clear();
}
