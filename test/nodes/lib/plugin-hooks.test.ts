import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import { pluginHooks } from '../../../nodes/lib/plugin-hooks.ts';
import type { HookCall } from '../../../src/index.ts';

const call = { when: 'before', plan_name: 'nightly', outcome: null } as HookCall;
const { signal } = new AbortController();

describe('hooks of other packages', () => {
  const redWith = (plugins: unknown): NodeAPI => ({ plugins }) as NodeAPI;
  const listing = (...list: readonly object[]): NodeAPI =>
    redWith({ getByType: (type: string) => (type === 'nightkeep-backup-hook' ? list : []) });

  it('are those that are registered at the moment, one for each time', () => {
    const list: object[] = [];
    const red = redWith({ getByType: () => list });
    assert.deepEqual(pluginHooks(red), []);
    list.push({ id: 'pause', before: () => undefined, after: () => undefined });
    assert.deepEqual(
      pluginHooks(red).map(({ id, name, when }) => [id, name, when]),
      [
        ['plugin pause', 'pause', 'before'],
        ['plugin pause', 'pause', 'after'],
      ],
    );
    list.pop();
    assert.deepEqual(pluginHooks(red), []);
  });

  it('have settings of their own, and the usual ones where theirs make no sense', () => {
    const good = {
      id: 'a',
      name: 'Pause',
      priority: -1,
      timeout: 2,
      onBeforeFailure: 'go_on',
      before: () => undefined,
    };
    const bad = { id: 'b', name: 7, priority: 'x', timeout: -2, onBeforeFailure: 'x', before: () => undefined };
    assert.deepEqual(
      pluginHooks(listing(good, bad)).map(({ name, priority, timeoutMs, onFailure }) => [
        name,
        priority,
        timeoutMs,
        onFailure,
      ]),
      [
        ['Pause', -1, 2000, 'go_on'],
        ['b', 10, 300_000, 'fail'],
      ],
    );
    const [after] = pluginHooks(listing({ id: 'c', after: () => undefined }));
    assert.equal(after?.onFailure, 'go_on');
  });

  it('are called as members of their plugin, with a copy of what they are told', async () => {
    const plugin = {
      id: 'a',
      told: [] as object[],
      before(this: { told: object[] }, given: { plan_name: string }, options: object) {
        this.told.push({ ...given }, options);
        given.plan_name = 'changed';
      },
    };
    await pluginHooks(listing(plugin))[0]?.run(call, signal);
    assert.deepEqual(plugin.told, [call, { signal }]);
    assert.equal(call.plan_name, 'nightly');
  });

  it('may throw, or give a promise that fails', async () => {
    const thrown = (): never => {
      throw new Error('thrown');
    };
    const rejected = (): Promise<never> => Promise.reject(new Error('rejected'));
    for (const [before, text] of [
      [thrown, /thrown/],
      [rejected, /rejected/],
    ] as const) {
      await assert.rejects(pluginHooks(listing({ id: 'x', before }))[0]?.run(call, signal) ?? Promise.resolve(), text);
    }
  });

  it('are none where there are no plugins', () => {
    assert.deepEqual([pluginHooks(redWith(undefined)), pluginHooks(redWith({}))], [[], []]);
  });
});
