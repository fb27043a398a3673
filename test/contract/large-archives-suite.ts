import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdtempSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createSftpAgent } from '../../src/agents/sftp/sftp.ts';
import type { SftpSettings } from '../../src/agents/sftp/settings.ts';
import { systemClock } from '../../src/clock.ts';
import { giveAway } from '../../src/io/own-memory.ts';
import { isLongRun, recordFigure } from '../helpers/figures.ts';
import { recordOf } from '../helpers/records.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const MIB = 1024 * 1024;
const SIZES = isLongRun ? [1, 100, 1024] : [1, 100];
const instanceId = '6f9619ff8b86d011b42d00c04fc964ff';

/** Bytes of which no two parts are alike, however many: what is misplaced, left out or sent twice changes the hash. */
function* contentOf(size: number): Generator<Buffer, void, undefined> {
  const block = randomBytes(MIB);
  for (let at = 0; at < size; at += block.length) {
    const part = Buffer.from(block.subarray(0, Math.min(block.length, size - at)));
    for (let i = 0; i + 8 <= part.length; i += 4096) part.writeDoubleLE(at + i, i);
    yield part;
  }
}

async function sha256Of(stream: AsyncIterable<unknown>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Archives go up and come back byte for byte. What lies on the server is read there, past the agent. */
export function largeArchivesSuite(name: string, server: () => { settings(folder: string): SftpSettings }): void {
  describe(`archives at ${name}`, function () {
    this.timeout(1_200_000);
    const folder = tempFolder();
    const signal = new AbortController().signal;

    for (const size of SIZES) {
      it(`go up and down byte for byte with ${String(size)} MiB`, async () => {
        const place = mkdtempSync(join(folder(), 'place-'));
        const settings = server().settings(place);
        const agent = createSftpAgent({ id: 'nas', name: 'nas', settings, clock: systemClock, instanceId });
        try {
          const source = join(folder(), 'source');
          await writeFile(source, contentOf(size * MIB));
          const sha256 = await sha256Of(createReadStream(source));
          const record = recordOf(Buffer.alloc(0), { size: size * MIB, sha256 });
          // As a folder of this machine gives it.
          const open = (): Promise<Readable> =>
            Promise.resolve(giveAway(createReadStream(source, { highWaterMark: MIB / 2 })));
          await agent.upload(record, open, { signal, onProgress: () => undefined });
          assert.equal(await sha256Of(createReadStream(join(place, record.file))), sha256, 'on the server');
          assert.equal(await sha256Of(await agent.download(record.backup_id, { signal })), sha256, 'come back');
          recordFigure(`largest archive up and down at an SFTP server ${name}`, `${String(size)} MiB`);
        } finally {
          await agent.close();
        }
      });
    }
  });
}
