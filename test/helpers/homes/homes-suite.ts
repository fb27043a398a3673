/** Homes as people have them, backed up and brought back: what is there afterwards is what was there before. */
import assert from 'node:assert/strict';
import { chmodSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../scripts/start-node-red.ts';
import { cellsToRun, nameOf, type Cell } from './cells.ts';
import { flowsWith, furnish, Life, type LifeOptions, type Seen } from './life.ts';
import { placeOf } from './home.ts';
import type { Machine } from './machine.ts';
import {
  giveAll,
  installModules,
  makeByCommandLine,
  makeByNode,
  restoreByHand,
  restoreByNode,
  restoreOnEmptyMachine,
  setUpEmpty,
} from './ways.ts';
import { VERSIONS } from '../node-red.ts';
import { tempFolder } from '../temp-folder.ts';

const MARK = 'house';
const SOMEBODY = 1234;

/** @param way - how they are brought back */
export function homesRestored(way: Cell['back']): void {
  const folder = tempFolder();
  const lives: Life[] = [];

  afterEach(async () => {
    for (const life of lives.splice(0)) await life.stop();
  });

  async function living<T>(options: LifeOptions, work: (life: Life) => Promise<T>): Promise<T> {
    const life = await Life.start(options);
    lives.push(life);
    const done = await work(life);
    await life.stop();
    return done;
  }

  /** In a house, on a machine that differs from this one. */
  function optionsFor(cell: Cell, port: number, who: { name: string; uid: number }): LifeOptions {
    const { home, made, version } = cell;
    const house = join(folder(), who.name);
    const layout = home.layout({ house, outside: join(folder(), 'outside') });
    const env = { HOME: house, NODE_RED_ENABLE_PROJECTS: '', ...layout.env };
    const machine: Machine = { hostname: who.name, uid: who.uid, binds: layout.binds ?? [], env };
    return {
      layout,
      machine,
      port,
      nodeRed: VERSIONS[version] ?? '',
      withPackage: made === 'by node' || cell.back === 'by node',
    };
  }

  /** A home with flows, credentials and memories, arranged as its people do. */
  async function settle(options: LifeOptions): Promise<Seen> {
    const { layout, machine, withPackage } = options;
    furnish(options);
    const before = { ...options, machine: layout.arrange === undefined ? machine : { ...machine, binds: [] } };
    await living(before, async (life) => {
      await life.deploy(flowsWith(MARK, withPackage));
      await life.remember(MARK);
    });
    layout.arrange?.();
    return living(options, (life) => life.look());
  }

  async function restored(cell: Cell, options: LifeOptions, backups: string): Promise<LifeOptions> {
    const { port, layout } = options;
    const outside = join(folder(), 'outside');
    if (cell.back === 'by node') {
      const wrong = flowsWith('wrong', options.withPackage);
      if (layout.mountedFlows !== undefined) writeFileSync(layout.mountedFlows, JSON.stringify(wrong));
      await living(options, async (life) => {
        if (layout.mountedFlows === undefined) await life.deploy(wrong);
        await life.remember('wrong');
        await restoreByNode(life);
      });
      // Another project, and so other settings, come first.
      const isHalf = await living(options, async (life) => (await life.restoreState()) === 'await_second_restart');
      if (isHalf) await living(options, async (life) => assert.equal(await life.restoreState(), 'completed'));
      return options;
    }
    const kept = join(folder(), 'kept');
    cpSync(backups, kept, { recursive: true });
    if (cell.back === 'by hand') {
      setUpEmpty(options, [join(folder(), 'old'), outside]);
      restoreByHand(options, kept, join(folder(), 'look'));
      installModules(options);
      return options;
    }
    rmSync(layout.userDir, { recursive: true, force: true });
    chmodSync(folder(), 0o755);
    const there = optionsFor(cell, port, { name: 'new', uid: SOMEBODY });
    setUpEmpty(there, [join(folder(), 'new'), outside]);
    giveAll(kept, SOMEBODY);
    restoreOnEmptyMachine(there, kept, join(folder(), 'new', 'state'));
    installModules(there);
    return there;
  }

  for (const cell of cellsToRun().filter(({ back }) => back === way)) {
    it(nameOf(cell), async () => {
      const here = optionsFor(cell, await freePort(), { name: 'old', uid: 0 });
      const was = await settle(here);
      assert.deepEqual(was.tabs, [MARK]);
      const backups = join(here.withPackage ? placeOf(here.layout) : join(folder(), 'old'), 'backups');
      if (cell.made === 'by node') await living(here, makeByNode);
      else makeByCommandLine(here, backups, join(folder(), 'old-state'));
      const there = await restored(cell, here, backups);
      // The second start finds what the first has written.
      for (const start of ['first', 'second']) {
        assert.deepEqual(await living(there, (life) => life.look()), was, `${start} start`);
      }
    });
  }
}
