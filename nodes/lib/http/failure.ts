/** What a request that failed is answered. */
import type { Response } from 'express';
import { BackupError, type ErrorCode } from '../../../src/index.ts';

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  invalid_request: 400,
  backup_not_found: 404,
  busy: 409,
  target_exists: 409,
  key_missing: 422,
  key_incorrect: 422,
  archive_corrupt: 422,
  unsupported_format: 422,
  not_encrypted: 422,
  restore_failed: 422,
  no_flows: 422,
  timeout: 502,
  upload_failed: 502,
  agent_unreachable: 502,
  agent_auth_failed: 502,
  agent_host_key_mismatch: 502,
  agent_error: 502,
  location_not_mounted: 502,
  no_space: 507,
};

/** A failure of which HTTP knows more than its code tells, e.g. 413. */
export class HttpFailure extends BackupError {
  readonly status: number;

  constructor(status: number, code: ErrorCode, message: string) {
    super(code, message);
    this.status = status;
  }
}

/** That there is no such job, plan, location or backup. */
export function notFound(message: string): BackupError {
  return new BackupError('backup_not_found', message);
}

/** Does nothing where an answer has begun already: all that is left then is to end it unfinished. */
export function answerFailure(response: Response, error: BackupError): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { code, message } = error;
  const status = error instanceof HttpFailure ? error.status : (STATUS[code] ?? 500);
  response.status(status).json({ error: { code, message } });
}
