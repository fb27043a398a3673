/** Run with `poisoned-memory.cjs`: bytes through everything that frees memory or hands it on. Prints what came out, as JSON. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { MessageChannel } from 'node:worker_threads';
import { createSftpAgent } from '../../src/agents/sftp/sftp.ts';
import type { SftpSettings } from '../../src/agents/sftp/settings.ts';
import { systemClock } from '../../src/clock.ts';
import { giveAway } from '../../src/io/own-memory.ts';
import { receiveChunks } from '../../src/io/thread-pipe.ts';
import type { CreateTask } from '../../src/archive/tasks.ts';
import { IDENTITY, RECIPIENT } from './age.ts';
import { BACKUP_ID, createTask, folderSource, quietContext, runArchiveTask } from './archives.ts';
import { recordOf } from './records.ts';
import { OddSshServer } from './odd-ssh-server/odd-ssh-server.ts';
import { SshServer } from './ssh-server.ts';

const MIB = 1024 * 1024;
const PATTERN = Buffer.alloc(64, 0xdb);
const signal = new AbortController().signal;

interface Seen {
  readonly what: string;
  readonly isSame: boolean;
  readonly hasPattern: boolean;
}

const seen: Seen[] = [];

function look(what: string, found: Buffer, expected: Buffer): void {
  seen.push({ what, isSame: found.equals(expected), hasPattern: found.includes(PATTERN) });
}

async function collect(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of stream) parts.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(parts);
}

async function upAndDown(what: string, settings: SftpSettings, place: string): Promise<void> {
  const content = randomBytes(12 * MIB);
  const source = join(place, 'source');
  writeFileSync(source, content);
  const record = recordOf(content, { sha256: createHash('sha256').update(content).digest('hex') });
  const agent = createSftpAgent({ id: 'nas', name: 'nas', settings, clock: systemClock, instanceId: '6f9619ff' });
  const open = (): Promise<Readable> => Promise.resolve(giveAway(createReadStream(source, { highWaterMark: MIB / 2 })));
  await agent.upload(record, open, { signal, onProgress: () => undefined });
  look(`${what}: what lies there`, readFileSync(join(settings.folder, record.file)), content);
  look(`${what}: what comes back`, await collect(await agent.download(record.backup_id, { signal })), content);
  await agent.close();
}

const [place = ''] = process.argv.slice(2);
const folder = (name: string): string => {
  mkdirSync(join(place, name), { recursive: true });
  return join(place, name);
};
const openSsh = await SshServer.start({ config: ['RekeyLimit 2M'] });
await upAndDown('OpenSSH that changes keys', openSsh.settings(folder('openssh')), place);
await openSsh.stop();
for (const ident of ['odd', 'OpenSSH_9.9']) {
  const odd = await OddSshServer.start({ ident, shuffled: true });
  await upAndDown(`a server called ${ident}`, odd.settings(folder(ident)), place);
  await odd.stop();
}

/** A file that is larger than a piece, and one that shares its piece with others. */
async function thereAndBack(what: string, changes: Partial<CreateTask>): Promise<void> {
  const source = folder(`${what}-source`);
  const large = randomBytes(10 * MIB);
  const small = randomBytes(50_000);
  writeFileSync(join(source, 'large'), large);
  writeFileSync(join(source, 'small'), small);
  const path = join(place, `${what}.archive`);
  const task = createTask(path, { sources: [folderSource(source)], ...changes });
  await runArchiveTask(task, quietContext());
  const { compression, encryption } = task;
  const keys = encryption === null ? null : { identities: [IDENTITY], passphrases: [] };
  const target = join(place, `${what}-target`);
  const asked = { kind: 'restore', path, compression, keys, backupId: BACKUP_ID, target } as const;
  await runArchiveTask({ ...asked, paths: null, overwrite: false, keepSetuid: false }, quietContext());
  look(`${what}: a large file`, readFileSync(join(target, 'data/large')), large);
  look(`${what}: a small file`, readFileSync(join(target, 'data/small')), small);
  const { port1, port2 } = new MessageChannel();
  const content = { kind: 'content', path, compression, keys, member: 'data/large' } as const;
  const reading = runArchiveTask(content, { ...quietContext(), output: port2 });
  look(`${what}: one file of it`, await collect(Readable.from(receiveChunks(port1))), large);
  await reading;
}

const encryption = { kind: 'recipients', recipients: [RECIPIENT] } as const;
for (const compression of ['zstd', 'gzip', 'none'] as const) {
  await thereAndBack(compression, { compression });
  await thereAndBack(`${compression} encrypted`, { compression, encryption });
}
process.stdout.write(JSON.stringify(seen));
