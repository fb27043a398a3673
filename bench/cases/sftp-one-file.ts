/** One file of 10 KB out of an encrypted archive of about 1 GiB over SFTP: how much of it is fetched. */
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPair, openEngine, type Engine } from '../../src/index.ts';
import { createSftpAgent } from '../../src/agents/sftp/sftp.ts';
import { systemClock } from '../../src/clock.ts';
import { CountedAgent } from '../../test/helpers/counted-agent.ts';
import { SshServer } from '../../test/helpers/ssh-server.ts';
import { database } from '../data/database.ts';
import { CACHE } from '../data/dataset.ts';
import { emptyFolder, ourCommand, outFolder, removeFolder } from '../measure/our-command.ts';
import type { BenchCase, Row } from '../measure/row.ts';
import { timedRun } from '../measure/timed-run.ts';

const FILES = 100;
const FILE_BYTES = 10_000;
const WANTED = 'notes/57';
/** Noise cannot be compressed, so its frames are as large as can be. */
const NOISE_PARTS = 36;
const NOISE_BYTES = 16 * 2 ** 20;

interface Fetched {
  readonly list: number;
  readonly file: number;
  readonly archive: number;
}

/** The small files lie between a database and noise. */
async function makeArchive(remote: string, recipient: string): Promise<void> {
  const notes = outFolder('notes');
  emptyFolder(notes);
  for (let n = 0; n < FILES; n++) writeFileSync(join(notes, String(n)), randomBytes(FILE_BYTES));
  const noise = join(outFolder('noise'), 'noise');
  emptyFolder(outFolder('noise'));
  for (let n = 0; n < NOISE_PARTS; n++) appendFileSync(noise, randomBytes(NOISE_BYTES));
  const sources = [`a=${database().path}`, `notes=${notes}`, `z=${noise}`].flatMap((source) => ['--source', source]);
  await timedRun(ourCommand('create', ...sources, '--to', remote, '--recipient', recipient));
}

async function fetchOne(engine: Engine, agent: CountedAgent): Promise<Fetched> {
  const { signal } = new AbortController();
  const [record] = (await agent.list({ signal })).records;
  if (record === undefined) throw new Error('There is no archive.');
  const { backup_id: backupId } = record;
  let count = 0;
  for await (const { path } of engine.files(backupId, agent.id, signal)) count += path === WANTED ? 1 : 0;
  const list = agent.bytes;
  agent.bytes = 0;
  const target = outFolder('restored');
  const request = { backupId, agentId: agent.id, target, paths: [WANTED], overwrite: true };
  await engine.restore({ ...request, keepSetuid: false, nodeId: null }).result;
  const restored = readFileSync(join(target, WANTED));
  if (count !== 1 || !restored.equals(readFileSync(join(outFolder('notes'), '57'))))
    throw new Error('It is another file.');
  return { list, file: agent.bytes, archive: record.size };
}

async function measure(): Promise<Fetched> {
  const remote = outFolder('remote');
  emptyFolder(remote);
  const { identity, recipient } = await generateKeyPair();
  await makeArchive(remote, recipient);
  const server = await SshServer.start();
  const stateDir = join(CACHE, 'state');
  mkdirSync(stateDir, { recursive: true });
  const engine = await openEngine({ stateDir, instanceName: 'bench', nodeRedVersion: null });
  try {
    engine.keys.add({ identities: [identity], passphrases: [] });
    const { instanceId } = engine;
    const settings = server.settings(remote);
    const agent = new CountedAgent(
      createSftpAgent({ id: 'bench', name: 'bench', settings, clock: systemClock, instanceId }),
    );
    engine.locations.register(agent);
    return await fetchOne(engine, agent);
  } finally {
    await engine.close();
    await server.stop();
    for (const name of readdirSync(join(CACHE, 'out'))) removeFolder(outFolder(name));
  }
}

const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`;

function rowOf(what: string, bytes: number, archive: number): Row {
  const figure = `${what} of an encrypted archive of ${mib(archive)} over SFTP: bytes fetched`;
  return { figure, ours: mib(bytes), rival: '', score: (bytes / archive) * 100, unit: ' %', atLeast: 2, aim: 0.6 };
}

export const sftpOneFile: BenchCase = {
  name: 'sftp-one-file',
  async run() {
    const { list, file, archive } = await measure();
    return [rowOf('one 10 KB file out', file, archive), rowOf('the list of files', list, archive)];
  },
};
