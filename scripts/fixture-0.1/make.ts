/**
 * Makes test/fixtures/0.1.0/home.tar.gz anew: what somebody has who used 0.1.0, made by the packed 0.1.0 in a real Node-RED and by its
 * command line, with the clock moved; and expected.json: what 0.1.0 itself says of it after the next start.
 *
 * node scripts/fixture-0.1/make.ts
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MADE_IN } from '../../test/helpers/from-0.1/home.ts';
import { FIXTURE, unpackOldVersion } from '../../test/helpers/from-0.1/versions.ts';
import { MovedClock } from '../../test/helpers/moved-clock.ts';
import { expectedOf } from './expected.ts';
import { useCommandLine } from './use-command-line.ts';
import { useNodeRed } from './use-node-red.ts';

const ROOT = join(import.meta.dirname, '../..');
const PARTS = ['user', 'cli-state', 'copies', 'data', 'key.txt'];

function layOut(): void {
  rmSync(MADE_IN, { recursive: true, force: true });
  for (const name of ['data', 'user/notes']) mkdirSync(join(MADE_IN, name), { recursive: true });
  writeFileSync(join(MADE_IN, 'data/a.txt'), 'tomatoes: 12\n');
  writeFileSync(join(MADE_IN, 'data/b.tmp'), 'left out\n');
  writeFileSync(join(MADE_IN, 'user/notes/sown.txt'), 'before\n');
}

/** It tells where modules lie on the machine that makes this. */
function hideMachine(old: string): void {
  const path = join(MADE_IN, 'user/.config.nodes.json');
  const installed = join(MADE_IN, 'user/node_modules/@nightkeep/node-red-backup');
  const text = readFileSync(path, 'utf8').replaceAll(old, installed).replaceAll(ROOT, '/usr/lib');
  writeFileSync(path, text);
}

/** Owners, times and order are the same whoever makes it. */
function pack(old: string): void {
  hideMachine(old);
  rmSync(join(MADE_IN, 'user/node_modules'), { recursive: true, force: true });
  const same = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--transform=s,^,home/,S'];
  const file = join(FIXTURE, 'home.tar.gz');
  execFileSync('tar', ['-czf', file, ...same, '-C', MADE_IN, ...PARTS], { stdio: 'inherit' });
}

const work = mkdtempSync(join(tmpdir(), 'nightkeep-fixture-'));
try {
  layOut();
  const old = unpackOldVersion(work);
  const clock = new MovedClock(work);
  const used = await useNodeRed(old, clock);
  await useCommandLine(old, { clock, recipient: used.recipient });
  await used.stageRestore();
  pack(old);
  const expected = await expectedOf(old, clock);
  writeFileSync(join(FIXTURE, 'expected.json'), `${JSON.stringify(expected, null, 1)}\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
  rmSync(MADE_IN, { recursive: true, force: true });
}
