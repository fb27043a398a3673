import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import { nextTurn } from '../../../src/clock.ts';
import { Runtime, runtimeOf } from '../../../nodes/lib/runtime.ts';

const fakeRed = (settings: object = {}): { red: NodeAPI; events: EventEmitter } => {
  const events = new EventEmitter();
  return { events, red: { events, settings, log: { warn: () => undefined } } as unknown as NodeAPI };
};
const instance = (id: string): Node => ({ id }) as unknown as Node;

describe('the runtime that nodes share', () => {
  it('is one for all node types of one Node-RED', () => {
    const { red, events } = fakeRed();
    assert.equal(runtimeOf(red), runtimeOf({ ...red, events }));
    assert.notEqual(runtimeOf(red), runtimeOf(fakeRed().red));
  });

  it('says what to set when Node-RED has no user directory', async () => {
    await assert.rejects(new Runtime(fakeRed().red).engine(), { code: 'invalid_request', message: /userDir/ });
  });

  describe('names as successor of an instance', () => {
    const { red, events } = fakeRed();
    const runtime = new Runtime(red);
    const first = instance('a');

    beforeEach(() => {
      events.emit('flows:started');
      runtime.enter(first);
    });

    afterEach(() => {
      for (const node of [first]) runtime.leave(node, true);
    });

    it('itself while it lives', async () => {
      assert.equal(await runtime.successor(first), first);
    });

    it('the one that took its place', async () => {
      const second = instance('a');
      runtime.leave(first, false);
      runtime.enter(second);
      assert.equal(await runtime.successor(first), second);
      runtime.leave(first, false);
      assert.equal(await runtime.successor(first), second, 'a late close of the old one changes nothing');
      runtime.leave(second, true);
    });

    it('the one that comes, when the deploy is still going on', async () => {
      const second = instance('a');
      runtime.leave(first, false);
      let found: Node | undefined;
      const waiting = runtime.successor(first).then((node) => {
        found = node;
      });
      await nextTurn();
      assert.equal(found, undefined);
      runtime.enter(second);
      events.emit('flows:started');
      await waiting;
      assert.equal(found, second);
      runtime.leave(second, true);
    });

    it('none when the deploy brings none', async () => {
      runtime.leave(first, false);
      const waiting = runtime.successor(first);
      events.emit('flows:started');
      assert.equal(await waiting, undefined);
      assert.equal(await runtime.successor(first), undefined);
    });

    it('none at once when the node was deleted', async () => {
      runtime.leave(first, true);
      assert.equal(await runtime.successor(first), undefined);
    });
  });
});
