/** What ssh2 throws, as errors of this package. */
import { BackupError, systemCode, toBackupError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { abortReason } from '../../io/abort.ts';

/** Status codes of the protocol that have a meaning of their own. */
const NO_SUCH_FILE = 2;
const PERMISSION_DENIED = 3;

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

const LOST =
  /no response from server|not connected|connection (lost|reset|closed)|channel (closed|is not open)|keepalive/i;

/** The protocol's status code, null for what is none. */
function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'number' ? error.code : null;
}

export function isNoSuchFile(error: unknown): boolean {
  return statusOf(error) === NO_SUCH_FILE;
}

/** True when the connection is gone, and not only the file. An error of this package comes from somewhere else. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof BackupError) return false;
  if (UNREACHABLE.has(systemCode(error) ?? '')) return true;
  return error instanceof Error && statusOf(error) === null && LOST.test(error.message);
}

/**
 * An error of a request on a connection that stood, or why it was given up.
 *
 * @param what - e.g. "Cannot write x on user@nas"
 * @param signal - what ended it, if it is aborted
 */
export function requestError(error: unknown, what: string, signal: AbortSignal): BackupError {
  return signal.aborted ? abortReason(signal) : operationError(error, what);
}

function operationError(error: unknown, what: string): BackupError {
  if (error instanceof BackupError) return error;
  if (isConnectionLost(error)) return unreachable(what, error);
  if (statusOf(error) === PERMISSION_DENIED) {
    const advice = 'Check the owner and the permissions of the folder there.';
    return new BackupError('permission_denied', `${what}: permission denied. ${advice}`, { cause: error });
  }
  return toBackupError(error, 'agent_error', what);
}

function unreachable(what: string, cause: unknown): BackupError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new BackupError('agent_unreachable', `${what}: ${text}`, { cause, temporary: true });
}

/**
 * Why a connection could not be made.
 *
 * @param server - e.g. `user@nas`
 */
export function connectError(error: unknown, server: string): BackupError {
  if (error instanceof BackupError) return error;
  const what = `Cannot connect to ${server}`;
  const text = error instanceof Error ? error.message : String(error);
  const level = error instanceof Error && 'level' in error ? error.level : null;
  const refused = (code: ErrorCode, why: string): BackupError =>
    new BackupError(code, `${what}: ${why}`, { cause: error });
  if (level === 'client-authentication') {
    return refused('agent_auth_failed', 'the server refused the login. Check user, password and key.');
  }
  if (/privateKey|passphrase/i.test(text)) return refused('agent_auth_failed', keyProblem(text));
  if (/subsystem|SFTP session/i.test(text)) {
    return refused('agent_error', 'the login works, but the server offers no SFTP. Switch it on there.');
  }
  if (level === 'handshake' && !/timed out/i.test(text)) {
    return refused('agent_error', `${text}. Server and this package have no way of encryption in common.`);
  }
  return unreachable(what, error);
}

/** Tells nothing of the key itself. */
function keyProblem(text: string): string {
  if (/no passphrase given/i.test(text)) return 'the private key is encrypted. Give its passphrase.';
  if (/bad passphrase|integrity check failed|bad decrypt/i.test(text)) {
    return 'the passphrase of the private key is wrong.';
  }
  return 'the private key cannot be read. Give the whole file, from its BEGIN line to its END line.';
}
