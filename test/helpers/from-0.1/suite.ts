import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { press } from './act.ts';
import { assertKept } from './differences.ts';
import { copied, plugIn } from './disks.ts';
import { moved, openHome } from './home.ts';
import { BEFORE_NIGHT, GONE_BACK, STARTED_AGAIN } from './moments.ts';
import { observe, type Observed } from './observe.ts';
import { FIXTURE, THIS_VERSION, unpackOldVersion } from './versions.ts';
import { placesKept, visit, type Visit } from './visit.ts';
import { MovedClock } from '../moved-clock.ts';
import { VERSIONS } from '../node-red.ts';

interface Expected {
  readonly observed: Observed;
  readonly complaints: readonly string[];
}

interface Decided {
  readonly decisions: Readonly<Record<string, { readonly keep: boolean }>>;
}

const PARTS = ['instance', 'nodes', 'locations', 'backups', 'broken', 'unreachable'] as const;
const LATER = ['plans', 'pending', 'history', 'kept'] as const;

const idsOf = (byId: object): readonly string[] => Object.keys(byId).sort();

/** Starts this version on what 0.1.0 left, and then 0.1.0 again. @param name - of the Node-RED, as in `VERSIONS` */
export function goThereAndBack(name: string): void {
  const nodeRed = VERSIONS[name] ?? '';
  describe(`what people have who used 0.1.0, in ${name}`, function () {
    this.timeout(240_000);
    let folder = '';
    let home = '';
    let copies = '';
    let clock: MovedClock;
    let expected: Expected;
    /** With this version; and after it with 0.1.0 again. */
    let there: Visit;
    let back: Visit;
    const started: Visit[] = [];
    /** What there was when this version was stopped. */
    let left: Observed;

    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'nightkeep-from-'));
      home = openHome(folder);
      copies = `local:${join(home, 'copies')}`;
      clock = new MovedClock(folder);
      const text = moved(readFileSync(join(FIXTURE, 'expected.json'), 'utf8'), home);
      const { observed, complaints } = JSON.parse(text) as Expected;
      expected = { observed: copied(observed, home, 'usb-one'), complaints };
    });

    after(async () => {
      for (const { red } of started) await red.stop('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    });

    it('is taken on by this version without an error or a warning', async () => {
      plugIn(home, 'usb-one');
      there = await visit(THIS_VERSION, {
        home,
        nodeRed,
        clock,
        at: STARTED_AGAIN,
        expected: expected.observed,
        disk: 'usb-one',
      });
      started.push(there);
      assert.deepEqual(there.complaints, expected.complaints);
    });

    for (const part of [...PARTS, ...LATER]) {
      it(`has the same ${part} with this version as with 0.1.0`, () => {
        assertKept(expected.observed[part], there.observed[part], part);
      });
    }

    it('has no other backups and no other nodes', () => {
      assert.deepEqual(idsOf(there.observed.backups), idsOf(expected.observed.backups));
      assert.deepEqual(idsOf(there.observed.nodes), idsOf(expected.observed.nodes));
      assert.deepEqual(idsOf(there.observed.pending), idsOf(expected.observed.pending));
    });

    it('gets the restore that waited for the next start', () => {
      assert.equal(readFileSync(join(home, 'user/notes/sown.txt'), 'utf8'), 'after\n');
      assert.match(readFileSync(join(home, 'user/flows.json'), 'utf8'), /"label":"Backups"/);
    });

    it('loses by retention what 0.1.0 would have removed, and nothing else', async () => {
      const { decisions } = expected.observed.kept[`${copies} by thin`] as Decided;
      const goes = Object.entries(decisions).filter(([, { keep }]) => !keep);
      await press(there.red, 'run-thin');
      const { payload } = await there.red.heard('thinned');
      const [report] = payload['locations'] as readonly { readonly removed: readonly string[] }[];
      assert.deepEqual([...(report?.removed ?? [])].sort(), goes.map(([id]) => id).sort());
    });

    it('has encrypted backups that are proved with the keys that are deployed', async () => {
      const sealed = Object.entries(expected.observed.backups).filter(([, backup]) => isReadable(backup, copies));
      assert.equal(sealed.length, 3);
      for (const [index, [id]] of sealed.entries()) {
        await press(there.red, 'run-prove', { backup_id: id });
        await there.red.heard('proved', () => there.red.told('proved').length > index);
        const { copies: proofs } = there.red.told('proved').at(-1)?.payload as { readonly copies: readonly object[] };
        assert.partialDeepStrictEqual(proofs, [{ backup_id: id, ok: true }]);
      }
    });

    it('gets the next scheduled backup when it is due, in the same group', async () => {
      clock.set(BEFORE_NIGHT);
      const made = await there.red.heard('whole-made');
      const { instance_id } = expected.observed.instance;
      assert.partialDeepStrictEqual(made.payload, {
        plan_id: 'whole',
        plan_name: 'Whole',
        instance_id,
        automatic: true,
      });
      assert.equal(made['late'], false);
    });

    it('goes back to 0.1.0, which says no more than before', async () => {
      const { locations } = there.observed;
      left = { ...(await observe(there.red, placesKept(expected.observed))), locations };
      await there.red.stop();
      plugIn(home, 'usb-two');
      left = copied(left, home, 'usb-two');
      const old = unpackOldVersion(folder);
      back = await visit(old, { home, nodeRed, clock, at: GONE_BACK, expected: left, disk: 'usb-two' });
      started.push(back);
      const ofRestore = 'settings.js was left as it is';
      assert.deepEqual(
        back.complaints,
        expected.complaints.filter((line) => !line.includes(ofRestore)),
      );
    });

    for (const part of [...PARTS, ...LATER]) {
      it(`has the same ${part} when it has gone back`, () => {
        assertKept(left[part], back.observed[part], part);
      });
    }

    it('still has the same groups and the same settings when it has gone back', () => {
      assert.deepEqual(idsOf(back.observed.backups), idsOf(left.backups));
      assert.deepEqual(back.observed.pending, {});
      assertKept(
        expected.observed.nodes,
        { ...back.observed.nodes, 'usb-two': expected.observed.nodes['usb-two'] },
        'node',
      );
    });
  });
}

/** By a key that is deployed; what the command line made is for the same keys. */
function isReadable(backup: unknown, agentId: string): boolean {
  const {
    protected: isProtected,
    agents,
    instance_name,
  } = backup as {
    readonly protected: boolean;
    readonly agents: readonly string[];
    readonly instance_name: string;
  };
  return isProtected && agents.includes(agentId) && instance_name === 'garden';
}
