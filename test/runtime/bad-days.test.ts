import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordFigure } from '../helpers/figures.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const main = join(import.meta.dirname, '..', '..', 'dist', 'src', 'cli', 'main.js');
const PROCESSES = 3;

describe('a bad day', function () {
  const folder = tempFolder();
  const place = (...parts: string[]): string => join(folder(), ...parts);
  const createArgs = (to: string, state = 'state'): string[] => [
    main,
    'create',
    '--source',
    `data=${place('data')}`,
    '--to',
    to,
    '--state',
    place(state),
    '--json',
  ];

  beforeEach(() => {
    mkdirSync(place('data'));
    writeFileSync(place('data', 'noise'), randomBytes(12 * 1024 * 1024));
  });

  it('with a full disk: the reason with its figures, nothing half-made left, and the backup from before still there', () => {
    const disk = place('disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', disk]);
    try {
      assert.equal(spawnSync(process.execPath, createArgs(disk)).status, 0);
      const before = readdirSync(disk).sort();
      const { status, stdout } = spawnSync(process.execPath, createArgs(disk), { encoding: 'utf8' });
      assert.equal(status, 1);
      const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
      assert.equal(error.code, 'no_space');
      assert.match(error.message, /\d+ bytes written, 12582912 bytes to back up .* \d+ bytes free/);
      assert.deepEqual(readdirSync(disk).sort(), before);
      recordFigure('full disk in the middle of a create', 'nothing half-made left');
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('with several processes at one folder: each makes its backup, all are whole', async () => {
    const ends = Array.from({ length: PROCESSES }, (_, i) => {
      const child = spawn(process.execPath, createArgs(place('backups'), `state-${String(i)}`), { stdio: 'ignore' });
      return new Promise<number | null>((resolve) => {
        child.once('exit', resolve);
      });
    });
    assert.deepEqual(await Promise.all(ends), Array<number>(PROCESSES).fill(0));
    const listed = spawnSync(
      process.execPath,
      [main, 'list', '--at', place('backups'), '--state', place('s'), '--json'],
      { encoding: 'utf8' },
    );
    const records = JSON.parse(listed.stdout) as { backup_id: string }[];
    assert.equal(records.length, PROCESSES);
    for (const { backup_id } of records) {
      const args = [main, 'verify', '--at', place('backups'), backup_id, '--state', place('s')];
      assert.equal(spawnSync(process.execPath, args).status, 0);
    }
    assert.equal(readdirSync(place('backups')).length, 2 * PROCESSES + 1);
  });

  it('with a target that is a file, or cannot be made: says so', () => {
    writeFileSync(place('file'), '');
    for (const to of [place('file'), place('file', 'below')]) {
      const { status, stdout } = spawnSync(process.execPath, createArgs(to), { encoding: 'utf8' });
      assert.equal(status, 1);
      const { error } = JSON.parse(stdout) as { error: { message: string } };
      assert.ok(error.message.includes(to) || error.message.includes(place('file')), error.message);
    }
  });
});
