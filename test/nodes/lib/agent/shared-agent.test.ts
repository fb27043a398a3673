import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { SharedAgent } from '../../../../nodes/lib/agent/shared-agent.ts';
import { BackupError, type BackupAgent } from '../../../../src/index.ts';
import { nextTurn } from '../../../../src/clock.ts';

const ID = '20261120T020000Z-9f3ac1d2';

/** Notes what is called; calls wait for `let go`. */
class FakeAgent {
  readonly id = 'here';
  readonly name: string;
  readonly abilities = { range: true, resume: false, update: true };
  readonly calls: string[] = [];
  go: () => void = () => undefined;

  constructor(name: string) {
    this.name = name;
  }

  async delete(): Promise<void> {
    this.calls.push('delete');
    await new Promise<void>((resolve) => (this.go = resolve));
  }

  download(): Promise<Readable> {
    this.calls.push('download');
    return Promise.resolve(Readable.from(['abc']));
  }

  list(): Promise<never> {
    return Promise.reject(new TypeError('oops'));
  }

  close(): Promise<void> {
    this.calls.push('close');
    return Promise.resolve();
  }

  get agent(): BackupAgent {
    return this as unknown as BackupAgent;
  }
}

describe('a shared location', () => {
  const { signal } = new AbortController();

  it('ends a call with the agent it began with, and closes that one afterwards', async () => {
    const [old, next] = [new FakeAgent('old'), new FakeAgent('next')];
    const shared = new SharedAgent(old.agent);
    const endOld = shared.serve(old.agent);
    const running = shared.delete(ID, { signal });
    shared.serve(next.agent);
    await endOld();
    assert.deepEqual(old.calls, ['delete'], 'closed in the middle of a call');
    assert.equal(shared.name, 'next');
    old.go();
    await running;
    assert.deepEqual(old.calls, ['delete', 'close']);
    assert.deepEqual(next.calls, []);
  });

  it('counts a download until its stream has ended', async () => {
    const old = new FakeAgent('old');
    const shared = new SharedAgent(old.agent);
    const end = shared.serve(old.agent);
    const stream = await shared.download(ID, { signal });
    await end();
    assert.deepEqual(old.calls, ['download']);
    stream.resume();
    await new Promise((resolve) => stream.once('close', resolve));
    await nextTurn();
    assert.deepEqual(old.calls, ['download', 'close']);
  });

  it('goes back to the agent that is left', async () => {
    const [first, second] = [new FakeAgent('first'), new FakeAgent('second')];
    const shared = new SharedAgent(first.agent);
    shared.serve(first.agent);
    const end = shared.serve(second.agent);
    assert.equal(shared.name, 'second');
    await end();
    assert.equal(shared.name, 'first');
  });

  it('turns what an agent throws into an error of this package', async () => {
    const shared = new SharedAgent(new FakeAgent('cellar').agent);
    await assert.rejects(shared.list({ signal }), {
      name: 'BackupError',
      code: 'agent_error',
      message: /cellar: oops/,
    });
    const reason = new BackupError('canceled', 'The job was canceled.');
    await assert.rejects(shared.list({ signal: AbortSignal.abort(reason) }), reason);
  });
});
