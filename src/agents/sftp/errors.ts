/** What ssh2 throws, as errors of this package. */
import { BackupError, systemCode, toBackupError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { abortReason } from '../../io/abort.ts';

/** Status codes of the protocol that have a meaning of their own. */
const NO_SUCH_FILE = 2;
const PERMISSION_DENIED = 3;
const FAILURE = 4;
const OPERATION_UNSUPPORTED = 8;
/** Of later versions of the protocol; some servers say it all the same. */
const NO_SUCH_PATH = 10;

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
  const status = statusOf(error);
  return status === NO_SUCH_FILE || status === NO_SUCH_PATH;
}

/** True for "failure", by which servers mean whatever has no code of its own: too many handles, a full disk, a file in the way. */
export function isPlainFailure(error: unknown): boolean {
  return statusOf(error) === FAILURE;
}

/** True when the server, or ssh2 for it, does not know such a request. */
export function isUnsupported(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== null) return status === OPERATION_UNSUPPORTED;
  return error instanceof Error && /does not support/i.test(error.message);
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

function unreachable(what: string, cause: unknown, advice = ''): BackupError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const advised = advice === '' ? '' : `${text.endsWith('.') ? '' : '.'} ${advice}`;
  return new BackupError('agent_unreachable', `${what}: ${text}${advised}`, { cause, temporary: true });
}

/** Where in the connection ssh2 says that it happened. */
function levelOf(error: unknown): unknown {
  return error instanceof Error && 'level' in error ? error.level : null;
}

export function isLoginRefused(error: unknown): boolean {
  return levelOf(error) === 'client-authentication';
}

/**
 * Why a connection could not be made.
 *
 * @param error - not of the login
 * @param server - e.g. `user@nas`
 */
export function connectError(error: unknown, server: string): BackupError {
  if (error instanceof BackupError) return error;
  const what = `Cannot connect to ${server}`;
  const text = error instanceof Error ? error.message : String(error);
  const level = levelOf(error);
  const refused = (code: ErrorCode, why: string): BackupError =>
    new BackupError(code, `${what}: ${why}`, { cause: error });
  if (/privateKey|passphrase/i.test(text)) return refused('agent_auth_failed', keyProblem(text));
  if (/subsystem|SFTP session/i.test(text)) {
    return refused('agent_error', 'the login works, but the server offers no SFTP. Switch it on there.');
  }
  if (level === 'handshake' && !/timed out/i.test(text)) {
    return refused('agent_error', `${text}. Server and this package have no way of encryption in common.`);
  }
  return unreachable(what, error, adviceFor(error));
}

/** What to do, as far as the reason tells. */
function adviceFor(error: unknown): string {
  switch (systemCode(error)) {
    case 'ECONNREFUSED':
      return 'Nothing listens there: switch the server or its SSH service on, and check the port.';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'Check the name of the server, and whether this machine can look up names.';
    case 'EHOSTUNREACH':
    case 'EHOSTDOWN':
    case 'ENETUNREACH':
    case 'ENETDOWN':
      return 'Check whether the server is on, and the network between.';
    default:
      return 'Check whether the server is on, whether SSH is at this port, and whether a firewall is between.';
  }
}

/** Tells nothing of the key itself. */
function keyProblem(text: string): string {
  if (/no passphrase given/i.test(text)) return 'the private key is encrypted. Give its passphrase.';
  if (/bad passphrase|integrity check failed|bad decrypt/i.test(text)) {
    return 'the passphrase of the private key is wrong.';
  }
  return 'the private key cannot be read. Give the whole file, from its BEGIN line to its END line.';
}
