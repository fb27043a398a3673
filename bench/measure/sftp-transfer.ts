/** One upload or download by our agent as it was built, as a process of its own: `node sftp-transfer.ts JOB.json`. */
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { SftpSettings } from '../../src/agents/sftp/settings.ts';
import type * as Engine from '../../src/index.ts';
import type { BackupRecord } from '../../src/model.ts';

export interface TransferJob {
  readonly direction: 'upload' | 'download';
  readonly settings: SftpSettings;
  readonly record: BackupRecord;
  /** Where the archive is read from, or written to, on this side. */
  readonly path: string;
}

// What users run: from its sources, Node.js would first take the types out of each file, in each thread.
const built = join(import.meta.dirname, '../../dist/src/index.js');
const { createSftpAgent, systemClock } = (await import(built)) as typeof Engine;

const { direction, settings, record, path } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as TransferJob;
const { signal } = new AbortController();
const instanceId = '00000000000000000000000000000000';
const agent = createSftpAgent({ id: 'bench', name: 'bench', settings, clock: systemClock, instanceId });
if (direction === 'upload') {
  const open = (start = 0): Promise<ReturnType<typeof createReadStream>> =>
    Promise.resolve(createReadStream(path, { start, highWaterMark: 256 * 1024 }));
  await agent.upload(record, open, { signal, onProgress: () => undefined });
} else {
  await pipeline(await agent.download(record.backup_id, { signal }), createWriteStream(path));
}
await agent.close();
