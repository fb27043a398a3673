import { pipeline, Readable, Transform } from 'node:stream';
import type { OpenArchive } from '../../agents/agent.ts';
import { BackupError, toBackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import type { CopySource } from './find-sources.ts';

/** The bytes of a backup from whichever of its locations can be read: what fails is left for the next one. */
export class ArchiveSources {
  readonly #found: AsyncIterator<CopySource, void, undefined>;
  readonly #signal: AbortSignal;
  readonly #known: CopySource[] = [];
  #place = 0;
  #allFailed = false;

  /** @param found - the locations, found one by one as they are needed */
  constructor(found: AsyncIterator<CopySource, void, undefined>, signal: AbortSignal) {
    this.#found = found;
    this.#signal = signal;
  }

  /** @throws BackupError when there is none */
  async first(): Promise<CopySource> {
    const source = await this.#at(0);
    if (source === null) throw new BackupError('backup_not_found', 'No location has the backup. Copy another one.');
    return source;
  }

  /** Which of the sources is read. */
  get place(): number {
    return this.#place;
  }

  /**
   * Whether an upload that failed is worth another one at once.
   *
   * @param before - `place` when the upload began
   */
  async movedOn(before: number): Promise<boolean> {
    return !this.#allFailed && this.#place > before && (await this.#at(this.#place)) !== null;
  }

  /** The source that is read gave bytes that are not those of the backup. */
  giveUp(): void {
    this.#place++;
  }

  /** As agents want it. After all have failed, the next call begins with the first again. */
  readonly open: OpenArchive = async (start = 0) => {
    let failure: BackupError | null = null;
    for (;;) {
      const next = await this.#at(this.#place);
      if (next === null) {
        this.#allFailed = true;
        this.#place = 0;
        if (failure !== null) throw failure;
      }
      const source = next ?? (await this.first());
      try {
        return await this.#read(source, start);
      } catch (error) {
        throwIfAborted(this.#signal);
        failure = toBackupError(error, 'agent_error', `Cannot read the backup at ${source.agent.name}`);
        this.#place++;
      }
    }
  };

  async #at(place: number): Promise<CopySource | null> {
    while (this.#known.length <= place) {
      const next = await this.#found.next();
      if (next.done === true) return null;
      this.#known.push(next.value);
    }
    return this.#known[place] ?? null;
  }

  async #read({ agent, record }: CopySource, start: number): Promise<Readable> {
    const { backup_id: id, size } = record;
    if (start >= size) return Readable.from([]);
    const signal = this.#signal;
    const whole = start === 0 || !agent.abilities.range;
    const options = whole ? { signal } : { signal, range: { start, length: size - start } };
    const stream = await agent.download(id, options);
    const place = this.#place;
    stream.once('error', () => {
      if (this.#place === place) this.#place++;
    });
    return whole && start > 0 ? without(stream, start) : stream;
  }
}

/** A stream without its first bytes. */
function without(source: Readable, count: number): Readable {
  let left = count;
  const rest = new Transform({
    transform(chunk: Buffer, _encoding, done): void {
      const skipped = Math.min(left, chunk.length);
      left -= skipped;
      done(null, chunk.subarray(skipped));
    },
  });
  // An error of either destroys the other, which is where it is noticed.
  pipeline(source, rest, () => undefined);
  return rest;
}
