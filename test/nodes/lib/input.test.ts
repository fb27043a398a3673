import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Node } from 'node-red';
import { nextTurn } from '../../../src/clock.ts';
import { BackupError } from '../../../src/index.ts';
import { inBackground, onInput, soon, type InputHandler } from '../../../nodes/lib/input.ts';

const noError = 'broken' as unknown as Error;

class FakeNode extends EventEmitter {
  readonly errors: unknown[] = [];

  error(error: unknown): void {
    this.errors.push(error);
  }
}

describe('an input handler', () => {
  const rejections: unknown[] = [];
  const note = (error: unknown): void => {
    rejections.push(error);
  };
  let others: NodeJS.UnhandledRejectionListener[] = [];

  beforeEach(() => {
    rejections.length = 0;
    others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', note);
  });

  afterEach(() => {
    process.off('unhandledRejection', note);
    for (const listener of others) process.on('unhandledRejection', listener);
  });

  const answerOf = async (handler: InputHandler, done: (error?: unknown) => void): Promise<FakeNode> => {
    const node = new FakeNode();
    onInput(node as unknown as Node, handler);
    node.emit('input', { _msgid: '1' }, () => undefined, done);
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    return node;
  };

  for (const [what, handler] of Object.entries<InputHandler>({
    rejects: () => Promise.reject(new Error('broken')),
    throws: () => {
      throw new Error('broken');
    },
    'rejects with no error': () => Promise.reject(noError),
  })) {
    it(`that ${what} gives done an error with a code, once`, async () => {
      const answers: unknown[] = [];
      await answerOf(handler, (error) => answers.push(error));
      assert.equal(answers.length, 1);
      assert.ok(answers[0] instanceof BackupError);
      assert.equal(answers[0].code, 'unknown_error');
      assert.match(answers[0].message, /broken/);
      assert.deepEqual(rejections, []);
    });
  }

  it('that succeeds calls done once, with nothing', async () => {
    const answers: unknown[][] = [];
    await answerOf(
      () => Promise.resolve(),
      (...args) => answers.push(args),
    );
    assert.deepEqual(answers, [[]]);
  });

  for (const ending of [() => Promise.resolve(), () => Promise.reject(new Error('x'))]) {
    it('leaves no rejected promise when done itself throws', async () => {
      const node = await answerOf(ending, () => {
        throw new Error('hook failed');
      });
      assert.match(String(node.errors.at(-1)), /hook failed/);
      assert.deepEqual(rejections, []);
    });
  }

  it('leaves no rejected promise when not even the log works', async () => {
    const node = new FakeNode();
    node.error = () => {
      throw new Error('log failed');
    };
    inBackground(node as unknown as Node, Promise.reject(new Error('x')));
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    assert.deepEqual(rejections, []);
  });

  it('lets later work fail without harm', async () => {
    const node = new FakeNode();
    const logged = new Promise<unknown>((resolve) => {
      node.error = resolve;
    });
    soon(node as unknown as Node, () => {
      throw new Error('late');
    });
    assert.match(String(await logged), /late/);
  });
});
