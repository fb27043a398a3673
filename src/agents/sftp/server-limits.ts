import type { SFTPWrapper } from 'ssh2';

/** Larger requests gain nothing. */
const MOST_BYTES = 128 * 1024;
/** What every server takes: the packet around it stays below 32 KiB, and below what ssh2 would cut. */
const SAFE_BYTES = 31 * 1024;
/** What a write adds to its bytes at the most: type, id, place, length, and a handle of 256 bytes. */
const HEADER_BYTES = 512;
/** Requests that may wait for their answers where the server says nothing of itself: as many as the `sftp` of OpenSSH has. */
const SAFE_REQUESTS = 64;
/** The same where it does: more than its window of an SSH channel holds, so that it never runs dry. */
const MOST_REQUESTS = 96;

export interface RequestSizes {
  /** Bytes that one request may carry or ask for. */
  readonly write: number;
  readonly read: number;
  /** How many may be on their way. */
  readonly requests: number;
}

/** The part of ssh2 that is not its published interface, as far as it is there. */
interface Inner {
  /** Set when the server has answered `limits@openssh.com`. */
  readonly maxOpenHandles?: unknown;
  readonly _maxReadLen?: unknown;
  readonly _maxWriteLen?: unknown;
  readonly _maxOutPktLen?: unknown;
}

/**
 * How large requests may be. More than 32 KiB only where the server says so itself: its name proves nothing, and one that does not take
 * them hangs, answers with an error, or drops the connection.
 */
export function requestSizes(sftp: SFTPWrapper): RequestSizes {
  const { maxOpenHandles, _maxReadLen: read, _maxWriteLen: write, _maxOutPktLen: packet } = sftp as unknown as Inner;
  if (typeof maxOpenHandles !== 'number') return { write: SAFE_BYTES, read: SAFE_BYTES, requests: SAFE_REQUESTS };
  const within = (...limits: readonly unknown[]): number =>
    Math.max(1, Math.min(MOST_BYTES, ...limits.map((limit) => (typeof limit === 'number' ? limit : SAFE_BYTES))));
  const room = typeof packet === 'number' ? packet - HEADER_BYTES : SAFE_BYTES;
  return { write: within(write, room), read: within(read), requests: MOST_REQUESTS };
}

/** How many files and folders may be open at once; infinite where the server does not tell. */
export function mostHandles(sftp: SFTPWrapper): number {
  const { maxOpenHandles } = sftp as unknown as Inner;
  return typeof maxOpenHandles === 'number' ? maxOpenHandles : Infinity;
}
