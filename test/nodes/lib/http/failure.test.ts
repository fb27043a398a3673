import assert from 'node:assert/strict';
import type { Response } from 'express';
import { answerFailure } from '../../../../nodes/lib/http/failure.ts';
import { BackupError, type ErrorCode } from '../../../../src/index.ts';

describe('a request that failed', () => {
  function answered(code: ErrorCode): unknown {
    const told: unknown[] = [];
    const response = {
      headersSent: false,
      status: (status: number) => {
        told.push(status);
        return { json: (body: unknown) => told.push(body) };
      },
    };
    answerFailure(response as unknown as Response, new BackupError(code, 'what went wrong'));
    return told;
  }

  it('for what is in a backup is not the fault of the server', () => {
    for (const code of ['restore_failed', 'no_flows', 'archive_corrupt', 'unsupported_format'] as const)
      assert.deepEqual(answered(code), [422, { error: { code, message: 'what went wrong' } }]);
  });

  it('for what nobody foresaw is', () => {
    assert.deepEqual(answered('unknown_error'), [
      500,
      { error: { code: 'unknown_error', message: 'what went wrong' } },
    ]);
  });
});
