/* eslint-disable @typescript-eslint/require-await -- an interface of promises, kept in memory */
import { Readable } from 'node:stream';
import type { AgentOptions } from '../../src/agents/agent.ts';
import type { FileStore, ListOptions, ReadOptions, StoredFile } from '../../src/agents/file-store.ts';
import { BackupError } from '../../src/errors.ts';
import { throwIfAborted } from '../../src/io/abort.ts';

type MemoryFiles = Map<string, Buffer>;

/** The simplest file store there can be. Every call is noted, and any of them can be made to fail. */
export class MemoryStore implements FileStore {
  readonly description = 'memory';
  readonly resumes = false;
  readonly files: MemoryFiles = new Map<string, Buffer>();
  readonly calls: string[] = [];
  /** Thrown before a call does anything, e.g. when the call is `rename a b`. */
  failOn: (call: string) => Error | null = () => null;

  #note(call: string, { signal }: AgentOptions): void {
    throwIfAborted(signal);
    this.calls.push(call);
    const error = this.failOn(call);
    if (error !== null) throw error;
  }

  #stored(name: string, content: Buffer): StoredFile {
    return { name, size: content.length, modifiedMs: 0 };
  }

  async prepare(options: AgentOptions): Promise<void> {
    this.#note('prepare', options);
  }

  async list(options: ListOptions): Promise<readonly StoredFile[]> {
    this.#note('list', options);
    const chosen = [...this.files].filter(([name]) => options.wanted(name));
    return chosen.map(([name, content]) => this.#stored(name, content));
  }

  async stat(name: string, options: AgentOptions): Promise<StoredFile | null> {
    this.#note(`stat ${name}`, options);
    const content = this.files.get(name);
    return content === undefined ? null : this.#stored(name, content);
  }

  async read(name: string, options: ReadOptions): Promise<Readable> {
    this.#note(`read ${name}`, options);
    const content = this.files.get(name);
    if (content === undefined) throw new BackupError('backup_not_found', `There is no ${name}.`);
    const { start, length } = options.range ?? { start: 0, length: content.length };
    return Readable.from([content.subarray(start, start + length)]);
  }

  async readSmall(name: string, maxBytes: number, options: AgentOptions): Promise<Uint8Array | null> {
    this.#note(`readSmall ${name}`, options);
    return this.files.get(name)?.subarray(0, maxBytes) ?? null;
  }

  async put(
    name: string,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    options: AgentOptions,
  ): Promise<void> {
    this.#note(`put ${name}`, options);
    if (this.files.has(name)) throw new BackupError('agent_error', `${name} is there already.`);
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    this.files.set(name, Buffer.concat(parts));
  }

  async rename(from: string, to: string, options: AgentOptions): Promise<void> {
    this.#note(`rename ${from} ${to}`, options);
    const content = this.files.get(from);
    if (content === undefined) throw new BackupError('agent_error', `There is no ${from}.`);
    this.files.delete(from);
    this.files.set(to, content);
  }

  async remove(name: string, options: AgentOptions): Promise<void> {
    this.#note(`remove ${name}`, options);
    this.files.delete(name);
  }

  async space(options: AgentOptions): Promise<{ readonly free: number } | null> {
    this.#note('space', options);
    return null;
  }

  async close(): Promise<void> {
    this.calls.push('close');
  }
}
