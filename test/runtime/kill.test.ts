import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLongRun, recordFigure } from '../helpers/figures.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const root = join(import.meta.dirname, '..', '..');
const main = join(root, 'dist', 'src', 'cli', 'main.js');
const preload = join(root, 'test', 'helpers', 'kill-at.cjs');
/** Kills anywhere, and kills between the rename of the archive and that of its sidecar. */
const ANYWHERE = isLongRun ? 100 : 12;
const BETWEEN = isLongRun ? 40 : 4;

interface Listed {
  readonly backup_id: string;
}

describe('a create that is killed', function () {
  this.timeout(isLongRun ? 3_600_000 : 300_000);
  const folder = tempFolder();
  const place = (...parts: string[]): string => join(folder(), ...parts);

  function cli(
    args: readonly string[],
    killAt: number | null = null,
  ): { code: number | null; out: string; error: string } {
    const log = place('calls');
    rmSync(log, { force: true });
    const kill = killAt === null ? [] : ['--require', preload];
    const env = { ...process.env, NIGHTKEEP_KILL_LOG: log, NIGHTKEEP_KILL_AT: String(killAt) };
    const all = [...kill, main, ...args, '--state', place('state'), '--json'];
    const { status, stdout, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8', env });
    return { code: status, out: stdout, error: stderr };
  }

  const create = (killAt: number | null = null): ReturnType<typeof cli> =>
    cli(['create', '--source', `data=${place('data')}`, '--to', place('backups'), '--name', 'night'], killAt);
  const list = (): Listed[] => JSON.parse(cli(['list', '--at', place('backups')]).out) as Listed[];

  function assertSound(id: string): void {
    const { code, out, error } = cli(['verify', '--at', place('backups'), id]);
    assert.equal(code, 0, `${out} ${error}`);
  }

  beforeEach(() => {
    mkdirSync(place('data'));
    writeFileSync(place('data', 'text'), 'night after night\n'.repeat(1000));
    // Several frames, so that the archive is written in several calls.
    writeFileSync(place('data', 'noise'), randomBytes(9 * 1024 * 1024));
  });

  it('leaves what was there before, lists nothing half-made, and the next run works', () => {
    assert.equal(create().code, 0);
    const [first] = list();
    assert.ok(first !== undefined);
    cpSync(place('backups'), place('backups.before'), { recursive: true });
    cpSync(place('state'), place('state.before'), { recursive: true });
    assert.equal(create(Number.MAX_SAFE_INTEGER).code, 0);
    const calls = readFileSync(place('calls'), 'latin1');
    const archive = calls.indexOf('A') + 1;
    const sidecar = calls.indexOf('S') + 1;
    assert.ok(archive > 0 && sidecar > archive, calls);
    const points = [
      ...Array.from({ length: ANYWHERE }, (_, i) => 1 + Math.floor((i * (calls.length - 1)) / (ANYWHERE - 1))),
      ...Array.from({ length: BETWEEN }, (_, i) => archive + 1 + (i % (sidecar - archive))),
    ];
    for (const point of points) {
      for (const name of ['backups', 'state']) {
        rmSync(place(name), { recursive: true });
        cpSync(place(`${name}.before`), place(name), { recursive: true });
      }
      const where = `killed at call ${String(point)} of ${calls}`;
      assert.equal(create(point).code, null, where);
      const listed = list();
      assert.ok(
        listed.some(({ backup_id }) => backup_id === first.backup_id),
        where,
      );
      for (const { backup_id } of listed) assertSound(backup_id);
      assert.equal(create().code, 0, where);
      const after = list();
      assert.equal(after.length, listed.length + 1, where);
      const kept = new Set(after.map(({ backup_id }) => backup_id));
      const strays = readdirSync(place('backups')).filter(
        (name) => name !== '.nightkeep.json' && !kept.has(name.split('.')[0] ?? ''),
      );
      assert.deepEqual(strays, [], where);
    }
    recordFigure('kill -9 anywhere in a create', `${String(ANYWHERE)} of ${String(ANYWHERE)} survived`);
    recordFigure('kill -9 between archive and sidecar', `${String(BETWEEN)} of ${String(BETWEEN)} survived`);
  });
});
