import assert from 'node:assert/strict';
import {
  isAbandoned,
  isPartialName,
  partialName,
  partialOwner,
  UNKNOWN_OWNER_MS,
} from '../../../src/io/partial-name.ts';
import { processIdentity } from '../../../src/io/process-identity.ts';

const self = processIdentity();

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
