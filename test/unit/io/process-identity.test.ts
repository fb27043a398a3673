import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { formatIdentity, ownerState, parseIdentity, processIdentity } from '../../../src/io/process-identity.ts';

const self = processIdentity();

describe('who owns a file', () => {
  it('is written and read back the same', () => {
    assert.deepEqual(parseIdentity(formatIdentity(self)), self);
    assert.match(formatIdentity(self), /^[0-9a-f]{8}-[0-9a-f]{8}-\d+-\d+-\d+$/);
    assert.equal(self.pid, process.pid);
  });

  for (const text of ['', 'x', formatIdentity(self).slice(0, -1).replace(/-\d*$/, '-'), `${formatIdentity(self)}-1`]) {
    it(`is nobody for ${JSON.stringify(text)}`, () => {
      assert.equal(parseIdentity(text), null);
    });
  }

  for (const [changes, state, why] of [
    [{}, 'self', 'it is the one that asks'],
    [{ start: `${self.start}0` }, 'dead', 'its number is taken by a later process'],
    [{ boot: '00000000' }, 'dead', 'the machine was started anew since'],
    [{ boot: '00000000', machine: '00000000' }, 'foreign', 'it is on another machine'],
    [{ space: '1' }, 'hidden', 'it is in another container'],
    [{ pid: 2 ** 22 + 1 }, 'dead', 'there is no such process'],
    [{ pid: process.ppid, start: '0' }, 'alive', 'its number is taken and its start is not known'],
  ] as const) {
    it(`is ${state} when ${why}`, () => {
      assert.equal(ownerState({ ...self, ...changes }), state);
    });
  }

  it('is alive while it runs, and dead once it has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    const pid = child.pid ?? 0;
    await once(child, 'spawn');
    const start =
      readFileSync(`/proc/${String(pid)}/stat`, 'latin1')
        .split(') ')[1]
        ?.split(' ')[19] ?? '';
    const owner = { ...self, pid, start };
    assert.equal(ownerState(owner), 'alive');
    assert.equal(ownerState({ ...owner, start: '1' }), 'dead');
    child.stdin.end();
    await once(child, 'exit');
    assert.equal(ownerState(owner), 'dead');
  });
});
