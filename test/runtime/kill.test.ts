import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEngine } from '../../src/index.ts';
import { isLongRun, recordFigure, tellProgress } from '../helpers/figures.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const root = join(import.meta.dirname, '..', '..');
const main = join(root, 'dist', 'src', 'cli', 'main.js');
const preload = join(root, 'test', 'helpers', 'kill-at.cjs');
/** Kills anywhere, and kills between the rename of the archive and that of its sidecar. */
const ANYWHERE = isLongRun ? 100 : 8;
const BETWEEN = isLongRun ? 40 : 3;
const { signal } = new AbortController();

describe('a create that is killed', function () {
  this.timeout(3_600_000);
  const folder = tempFolder();
  const place = (...parts: string[]): string => join(folder(), ...parts);

  /** @returns the exit code, null when it was killed, and what it printed */
  function create(killAt: number | null = null): { readonly code: number | null; readonly said: string } {
    const log = place('calls');
    rmSync(log, { force: true });
    const kill = killAt === null ? [] : ['--require', preload];
    const env = { ...process.env, NIGHTKEEP_KILL_LOG: log, NIGHTKEEP_KILL_AT: String(killAt) };
    const paths = ['--source', `data=${place('data')}`, '--to', place('backups'), '--state', place('state')];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...kill, main, 'create', ...paths, '--name', 'night', '--json'],
      { encoding: 'utf8', env },
    );
    return { code: status, said: `${stdout} ${stderr}` };
  }

  /** What is listed by an engine that opens after the kill, each backup proved to be whole. @returns ids */
  async function listed(where: string): Promise<string[]> {
    const engine = await openEngine({ stateDir: place('state'), instanceName: 'test', nodeRedVersion: null });
    try {
      const { id } = await engine.locations.local(place('backups'));
      const ids = (await engine.locations.listAt(id, signal)).records.map(({ backup_id }) => backup_id);
      for (const each of ids) {
        const { problems } = await engine.verify(each, id, { drill: false, nodeId: null, automatic: false }).result;
        assert.deepEqual(problems, [], where);
      }
      return ids;
    } finally {
      await engine.close();
    }
  }

  beforeEach(() => {
    mkdirSync(place('data'));
    writeFileSync(place('data', 'text'), 'night after night\n'.repeat(1000));
    // Several frames, so that the archive is written in several calls.
    writeFileSync(place('data', 'noise'), randomBytes(9 * 1024 * 1024));
  });

  it('leaves what was there before, lists nothing half-made, and the next run works', async () => {
    const made = create();
    assert.equal(made.code, 0, made.said);
    const [first = ''] = await listed('before');
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
    for (const [i, point] of points.entries()) {
      tellProgress(`kill ${String(i + 1)} of ${String(points.length)}`);
      for (const name of ['backups', 'state']) {
        rmSync(place(name), { recursive: true });
        cpSync(place(`${name}.before`), place(name), { recursive: true });
      }
      const where = `killed at call ${String(point)} of ${calls}`;
      assert.equal(create(point).code, null, where);
      const left = await listed(where);
      assert.ok(left.includes(first), where);
      const next = create();
      assert.equal(next.code, 0, `${where}: ${next.said}`);
      const after = await listed(where);
      assert.equal(after.length, left.length + 1, where);
      const kept = new Set(after);
      const strays = readdirSync(place('backups')).filter(
        (name) => name !== '.nightkeep.json' && !kept.has(name.split('.')[0] ?? ''),
      );
      assert.deepEqual(strays, [], where);
    }
    recordFigure('kill -9 anywhere in a create', `${String(ANYWHERE)} of ${String(ANYWHERE)} survived`);
    recordFigure('kill -9 between archive and sidecar', `${String(BETWEEN)} of ${String(BETWEEN)} survived`);
  });
});
