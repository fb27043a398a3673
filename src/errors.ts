/**
 * The error rules.
 *
 * 1. Only `BackupError` leaves a module of this package; whatever else is thrown is a bug and becomes `unknown_error` at the
 *    manager's edge, with its cause kept.
 * 2. `code` is stable and is what flows compare. `message` is for people: what failed, on what, and what to do. It is never parsed.
 * 3. The message names paths and hosts, never a secret.
 * 4. An error is wrapped once, where it is understood, with `cause`; it is not re-wrapped on its way up.
 * 5. What may go right by itself later says `temporary: true`; only that is worth another try.
 */

export const ERROR_CODES = [
  'busy',
  'canceled',
  'interrupted',
  'timeout',
  'source_not_found',
  'source_unreadable',
  'no_flows',
  'permission_denied',
  'no_space',
  'hook_failed',
  'hook_timeout',
  'archive_failed',
  'upload_failed',
  'agent_unreachable',
  'agent_auth_failed',
  'agent_host_key_mismatch',
  'agent_error',
  'location_not_mounted',
  'not_encrypted',
  'backup_not_found',
  'key_missing',
  'key_incorrect',
  'archive_corrupt',
  'unsupported_format',
  'target_exists',
  'restore_failed',
  'restore_rolled_back',
  'invalid_request',
  'unknown_error',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface BackupErrorOptions {
  readonly cause?: unknown;
  /** Worth another try later. */
  readonly temporary?: boolean;
  /** Figures that a program may want, e.g. `{ free, needed, written }` in bytes. */
  readonly data?: Readonly<Record<string, string | number | boolean | null>>;
}

/** The one error class of the package. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly code: ErrorCode;
  readonly temporary: boolean;
  readonly data: Readonly<Record<string, string | number | boolean | null>>;

  constructor(code: ErrorCode, message: string, options: BackupErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.temporary = options.temporary ?? false;
    this.data = options.data ?? {};
  }
}

/** The plain form of a `BackupError`, for worker messages and for state on disk. */
export interface SerializedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly temporary: boolean;
  readonly data: Readonly<Record<string, string | number | boolean | null>>;
}

export function serializeError(error: unknown): SerializedError {
  const { code, message, temporary, data } = toBackupError(error);
  return { code, message, temporary, data };
}

export function deserializeError(error: SerializedError): BackupError {
  return new BackupError(error.code, error.message, { temporary: error.temporary, data: error.data });
}

/** The `code` of a Node.js system error, null for anything else. */
export function systemCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

const SYSTEM_CODES: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'no_space',
  EDQUOT: 'no_space',
  EACCES: 'permission_denied',
  EPERM: 'permission_denied',
  EROFS: 'permission_denied',
};

/**
 * Turns anything thrown into a `BackupError`.
 *
 * @param error - what was caught; a `BackupError` is returned as it is
 * @param fallback - the code for what is neither a `BackupError` nor a known system error
 * @param what - put before the message, e.g. "Cannot write /data/backups/x"
 */
export function toBackupError(error: unknown, fallback: ErrorCode = 'unknown_error', what?: string): BackupError {
  if (error instanceof BackupError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const system = systemCode(error);
  const code = (system === null ? undefined : SYSTEM_CODES[system]) ?? fallback;
  return new BackupError(code, what === undefined ? text : `${what}: ${text}`, { cause: error });
}

/** What went wrong where, in words. */
export function messagesOf(
  errors: Iterable<readonly [string, { readonly message: string }]>,
): Readonly<Record<string, string>> {
  return Object.fromEntries([...errors].map(([id, { message }]) => [id, message]));
}
