/** Some weeks of a Node-RED with 0.1.0. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deploy, press } from '../../test/helpers/from-0.1/act.ts';
import { MADE_IN } from '../../test/helpers/from-0.1/home.ts';
import { PASSPHRASE } from '../../test/helpers/from-0.1/secrets.ts';
import { runCommand, startWith, type Package } from '../../test/helpers/from-0.1/versions.ts';
import type { MovedClock } from '../../test/helpers/moved-clock.ts';
import type { FlowNode, TestNodeRed } from '../../test/helpers/node-red.ts';
import { liveFlow } from './live-flow.ts';
import { SHAPE_SECRETS, shapesFlow } from './shapes.ts';
import { ALL_DEPLOYED, BY_ITSELF, FIRST, LAST_DAY, NIGHTS, SCHEDULED, STOPPED } from './times.ts';

/** Its sidecar is lost in one place. */
const HALF_LOST = '20260720T';

interface Used {
  readonly recipient: string;
  /** Lets the next start put an older backup back, changes what it replaces, and stops for good. */
  readonly stageRestore: () => Promise<void>;
}

type Flows = Readonly<Record<'first' | 'byItself' | 'all' | 'last', readonly FlowNode[]>>;

export async function useNodeRed(old: Package, clock: MovedClock): Promise<Used> {
  const key = await newKey(old);
  const flows = flowsOf(key);
  const start = (iso: string): Promise<TestNodeRed> => {
    clock.set(iso);
    return startWith(old, { home: MADE_IN, env: clock.env });
  };
  const red = await start(FIRST);
  await deploy(red, flows.first);
  await live(red, clock, NIGHTS);
  loseSidecar();
  clock.set(BY_ITSELF);
  await deploy(red, flows.byItself);
  await untilScheduled(red, clock);
  clock.set(ALL_DEPLOYED);
  await deploy(red, flows.all);
  await live(red, clock, LAST_DAY);
  const restored = String(red.told('whole-made').at(-1)?.payload['backup_id']);
  await red.stop();
  return {
    recipient: key.recipient,
    stageRestore: async () => {
      const again = await start(STOPPED);
      await press(again, 'run-back', { backup_id: restored });
      await again.heard('staged');
      writeFileSync(join(MADE_IN, 'user/notes/sown.txt'), 'after, and to be replaced\n');
      await deploy(again, flows.last);
      await again.stop();
    },
  };
}

interface Key {
  readonly identity: string;
  readonly recipient: string;
}

async function newKey(old: Package): Promise<Key> {
  const file = join(MADE_IN, 'key.txt');
  const { code, stderr, stdout } = await runCommand(old, ['keygen', '--out', file, '--json'], {});
  if (code !== 0) throw new Error(stderr);
  const identity = /^AGE-SECRET-KEY-\S+$/m.exec(readFileSync(file, 'utf8'))?.[0] ?? '';
  return { identity, recipient: (JSON.parse(stdout) as { recipient: string }).recipient };
}

function flowsOf(key: Key): Flows {
  const secrets: Readonly<Record<string, object>> = {
    ...SHAPE_SECRETS,
    'key-own': { identity: key.identity },
    'key-phrase': { passphrase: PASSPHRASE },
  };
  const withSecrets = (node: FlowNode): FlowNode =>
    secrets[node.id] === undefined ? node : { ...node, credentials: secrets[node.id] };
  const living = liveFlow({ home: MADE_IN, recipient: key.recipient }).map(withSecrets);
  const later = [...living, ...shapesFlow(MADE_IN, key.recipient).map(withSecrets)];
  const change = (id: string, changes: object) => (node: FlowNode) => (node.id === id ? { ...node, ...changes } : node);
  return {
    first: living.map(change('whole', { schedule: 'none' })),
    byItself: living,
    all: later,
    last: later.map(change('tab', { label: 'To be replaced' })),
  };
}

/** Presses an inject and waits until all is done that it begins. */
async function pressed(red: TestNodeRed, inject: string): Promise<void> {
  const what = inject.replace('run-', '');
  const tag = ENDS[what] ?? 'copied';
  const ended = (): number => red.told(tag).filter(({ payload }) => payload['event_type'] !== 'in_progress').length;
  const wanted = ended() + (what === 'usb' ? 2 : 1);
  await press(red, inject);
  await red.heard(tag, () => ended() >= wanted);
}

/** Where it is told that what an inject began is done. */
const ENDS: Readonly<Record<string, string>> = {
  ...{
    thin: 'thinned',
    whole: 'whole-made',
    prove: 'proved',
    hooked: 'hooked-made',
    gone: 'gone-failed',
    usb: 'usb-failed',
  },
};

async function live(red: TestNodeRed, clock: MovedClock, days: typeof NIGHTS): Promise<void> {
  for (const [iso, inject] of days) {
    clock.set(iso);
    await pressed(red, inject);
  }
}

async function untilScheduled(red: TestNodeRed, clock: MovedClock): Promise<void> {
  for (const [index, iso] of SCHEDULED.entries()) {
    clock.set(iso);
    await red.heard('whole-made', () => red.told('whole-made').length > index);
  }
  writeFileSync(join(MADE_IN, 'user/notes/sown.txt'), 'after\n');
}

function loseSidecar(): void {
  const backups = join(MADE_IN, 'copies');
  const names = readdirSync(backups).filter((name) => name.startsWith(HALF_LOST) && name.endsWith('.json'));
  for (const name of names) rmSync(join(backups, name));
}
