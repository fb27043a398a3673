import assert from 'node:assert/strict';
import { BackupError, type ErrorCode } from '../../src/errors.ts';

/** For `assert.rejects`: a BackupError with that code, and a message that fits. */
export function failsWith(code: ErrorCode, text?: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof BackupError, String(error));
    assert.equal(error.code, code, error.message);
    if (text !== undefined) assert.match(error.message, text);
    return true;
  };
}
