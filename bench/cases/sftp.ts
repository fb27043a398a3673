/** 1 GiB to and from a real OpenSSH server on loopback, also over a line that takes 20 ms each way. */
import { execFileSync } from 'node:child_process';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SshServer } from '../../test/helpers/ssh-server.ts';
import { TcpProxy } from '../../test/helpers/tcp-proxy.ts';
import { recordOf } from '../../test/helpers/records.ts';
import { database } from '../data/database.ts';
import { ROOT } from '../data/dataset.ts';
import { alternate, type Contestant } from '../measure/alternate.ts';
import { seconds } from '../measure/format.ts';
import { emptyFolder, outFolder, removeFolder } from '../measure/our-command.ts';
import { renderText } from '../measure/report.ts';
import type { BenchCase, Row } from '../measure/row.ts';
import type { TransferJob } from '../measure/sftp-transfer.ts';
import type { CommandLine } from '../measure/timed-run.ts';

/** Over the slow line a round takes minutes. */
const ROUNDS = { near: 5, far: 1 };
const DELAY_MS = 20;
const TRANSFER = join(ROOT, 'bench/measure/sftp-transfer.ts');

type Direction = TransferJob['direction'];

interface Line {
  readonly name: string;
  readonly port: number;
  readonly aim: number;
  readonly rounds: number;
}

/** Everything that a contestant needs to know. */
interface Arena {
  readonly server: SshServer;
  readonly file: string;
  readonly record: TransferJob['record'];
}

const remote = (): string => outFolder('remote');
const local = (): string => join(outFolder('local'), 'copy');

function ours(arena: Arena, line: Line, direction: Direction): Contestant {
  const { server, file, record } = arena;
  const job = join(server.home, `${direction}.json`);
  const write = (what: Direction, path: string, port: number): void => {
    const settings = server.settings(remote(), { port });
    writeFileSync(job, JSON.stringify({ direction: what, settings, record, path } satisfies TransferJob));
  };
  return {
    prepare() {
      for (const folder of ['remote', 'local']) emptyFolder(outFolder(folder));
      if (direction === 'download') {
        // Not over the line: the proxy lives in this process, which waits here.
        write('upload', file, server.port);
        execFileSync(process.execPath, [TRANSFER, job]);
      }
      write(direction, direction === 'upload' ? file : local(), line.port);
    },
    command: { file: process.execPath, args: [TRANSFER, job] },
    clean,
  };
}

function clean(): void {
  for (const folder of ['remote', 'local']) removeFolder(outFolder(folder));
}

function rival(arena: Arena, direction: Direction, command: CommandLine): Contestant {
  return {
    prepare() {
      for (const folder of ['remote', 'local']) emptyFolder(outFolder(folder));
      if (direction === 'download') execFileSync('cp', [arena.file, join(remote(), 'archive')]);
    },
    command,
    clean,
  };
}

function scp({ server, file }: Arena, line: Line, direction: Direction): CommandLine {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
  const there = `root@127.0.0.1:${join(remote(), 'archive')}`;
  const args = ['-q', '-P', String(line.port), '-i', server.userKey, ...options.flatMap((option) => ['-o', option])];
  return { file: 'scp', args: [...args, ...(direction === 'upload' ? [file, there] : [there, local()])] };
}

function rclone({ server, file }: Arena, line: Line, direction: Direction): CommandLine {
  const there = `:sftp:${join(remote(), 'archive')}`;
  const options = { host: '127.0.0.1', port: String(line.port), user: 'root', 'key-file': server.userKey };
  const args = Object.entries(options).map(([name, value]) => `--sftp-${name}=${value}`);
  const paths = direction === 'upload' ? [file, there] : [there, local()];
  return { file: 'rclone', args: ['copyto', '--config=/dev/null', '--quiet', ...args, ...paths] };
}

async function compare(arena: Arena, line: Line, rivals: Readonly<Record<string, typeof scp>>): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, commandOf] of Object.entries(rivals)) {
    for (const direction of ['upload', 'download'] as const) {
      const command = commandOf(arena, line, direction);
      const time = await alternate(ours(arena, line, direction), rival(arena, direction, command), line.rounds);
      rows.push({
        figure: `${direction} of 1 GiB by SFTP, ${line.name}, against ${name}`,
        ours: seconds(time.ours),
        rival: seconds(time.rival),
        score: time.ours / time.rival,
        unit: '',
        atLeast: 1.2,
        aim: line.aim,
      });
      console.error(renderText(rows.slice(-1)));
    }
  }
  return rows;
}

export const sftp: BenchCase = {
  name: 'sftp',
  async run() {
    const file = database().path;
    const [sha256 = ''] = execFileSync('sha256sum', [file], { encoding: 'utf8' }).split(' ');
    const record = { ...recordOf(Buffer.alloc(0)), size: statSync(file).size, sha256 };
    const server = await SshServer.start();
    const proxy = await TcpProxy.start(server.port, DELAY_MS);
    try {
      const arena = { server, file, record };
      const near = { name: 'loopback', port: server.port, aim: 0.95, rounds: ROUNDS.near };
      const far = { name: '20 ms each way', port: proxy.port, aim: 0.8, rounds: ROUNDS.far };
      return [...(await compare(arena, near, { scp })), ...(await compare(arena, far, { scp, rclone }))];
    } finally {
      await proxy.close();
      await server.stop();
      rmSync(outFolder('remote'), { recursive: true, force: true });
    }
  },
};
