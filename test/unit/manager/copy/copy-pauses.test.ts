import assert from 'node:assert/strict';
import { BackupError } from '../../../../src/errors.ts';
import type { ErrorCode } from '../../../../src/errors.ts';
import { mayPass, pauseAfter } from '../../../../src/manager/copy/copy-pauses.ts';

const MINUTE = 60_000;

describe('the pauses between the tries of a copy', () => {
  it('grow to half an hour and stay there', () => {
    const minutes = [1, 2, 3, 4, 5, 6, 7, 500].map((tries) => pauseAfter(tries, 0.5) / MINUTE);
    assert.deepEqual(minutes, [1, 2, 4, 8, 15, 30, 30, 30]);
  });

  it('differ by a tenth', () => {
    assert.deepEqual([pauseAfter(1, 0), pauseAfter(1, 1)], [54_000, 66_000]);
  });

  for (const [code, temporary, expected] of [
    ['agent_error', true, true],
    ['agent_error', false, false],
    ['timeout', false, true],
    ['agent_unreachable', false, true],
    ['location_not_mounted', false, true],
    ['no_space', false, true],
    ['agent_auth_failed', false, false],
    ['agent_host_key_mismatch', false, false],
    ['not_encrypted', false, false],
    ['backup_not_found', false, false],
    ['canceled', false, false],
  ] as readonly (readonly [ErrorCode, boolean, boolean])[]) {
    it(`are ${expected ? '' : 'not '}waited for after ${code}${temporary ? ' that is temporary' : ''}`, () => {
      assert.equal(mayPass(new BackupError(code, 'A failure for this test.', { temporary })), expected);
    });
  }
});
