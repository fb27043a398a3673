import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  isAbandoned,
  isPartialName,
  partialName,
  partialOwner,
  UNKNOWN_OWNER_MS,
} from '../../../src/io/partial-name.ts';
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

describe('the name of a partial file', () => {
  it('tells instance and process, and is never the same twice', () => {
    const name = partialName('6f9619ff8b86d011b42d00c04fc964ff');
    assert.ok(isPartialName(name));
    assert.ok(name.startsWith('.nightkeep-partial~6f9619ff~'));
    assert.ok(name.length < 150);
    assert.deepEqual(partialOwner(name), self);
    assert.deepEqual(partialOwner(`${name}.manifest`), self);
    assert.notEqual(name, partialName('6f9619ff8b86d011b42d00c04fc964ff'));
  });

  it('holds no part of an instance id that is none', () => {
    assert.match(partialName('../../etc'), /^\.nightkeep-partial~00000000~[0-9a-f~-]+$/);
  });

  for (const [state, ageMs, abandoned] of [
    ['dead', 0, true],
    ['alive', 100 * UNKNOWN_OWNER_MS, false],
    ['self', 100 * UNKNOWN_OWNER_MS, false],
    ['hidden', UNKNOWN_OWNER_MS - 1, false],
    ['hidden', UNKNOWN_OWNER_MS, true],
    ['foreign', UNKNOWN_OWNER_MS - 1, false],
    ['foreign', UNKNOWN_OWNER_MS, true],
  ] as const) {
    it(`of a ${state} owner is ${abandoned ? '' : 'not '}abandoned after ${String(ageMs)} ms`, () => {
      assert.equal(
        isAbandoned(partialName('00000000'), ageMs, () => state),
        abandoned,
      );
    });
  }

  it('of another make is left for a day, and no other file is ever abandoned', () => {
    assert.equal(isAbandoned('.nightkeep-partial~later', UNKNOWN_OWNER_MS - 1), false);
    assert.equal(isAbandoned('.nightkeep-partial~later', UNKNOWN_OWNER_MS), true);
    assert.equal(
      isAbandoned('backup.tar', 100 * UNKNOWN_OWNER_MS, () => 'dead'),
      false,
    );
  });
});
