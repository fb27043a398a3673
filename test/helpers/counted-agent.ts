import { Readable } from 'node:stream';
import type { DownloadOptions } from '../../src/agents/agent.ts';
import { WrappedAgent } from '../../src/agents/wrap/wrapped-agent.ts';

/** Counts the bytes of archives that an agent sends. */
export class CountedAgent extends WrappedAgent {
  bytes = 0;

  override async download(backupId: string, options: DownloadOptions): Promise<Readable> {
    const stream = await super.download(backupId, options);
    return Readable.from(this.#counted(stream), { objectMode: false });
  }

  async *#counted(stream: Readable): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      this.bytes += chunk.length;
      yield chunk;
    }
  }
}
