import { BackupError } from '../../errors.ts';
import {
  endLine,
  failedLine,
  memberLine,
  skippedLine,
  type EndLine,
  type Member,
  type MemberType,
  type SkippedReason,
} from './manifest-line.ts';
import { printable } from './printable.ts';
import type { FailedReason } from '../../model.ts';

/** One line of `manifest.jsonl`, understood. */
export type ManifestLine =
  | { readonly kind: 'member'; readonly member: Member; readonly sha256: string | null; readonly offset: number }
  | { readonly kind: 'failed'; readonly path: Buffer; readonly reason: FailedReason; readonly message: string }
  | { readonly kind: 'skipped'; readonly path: Buffer; readonly reason: SkippedReason }
  | { readonly kind: 'end'; readonly end: EndLine };

type Fields = Readonly<Record<string, unknown>>;

const MEMBER_TYPES: readonly string[] = ['file', 'directory', 'symlink', 'hardlink'] satisfies MemberType[];
const FAILED_REASONS: readonly string[] = ['vanished', 'changed', 'unreadable'] satisfies FailedReason[];
const SKIPPED_REASONS: readonly string[] = ['socket', 'fifo', 'device', 'other'] satisfies SkippedReason[];
const MOST_MODE = 0o7777;
const MOST_ID = 0xffffffff;
const SHA256 = /^[0-9a-f]{64}$/;
const MTIME = /^(-?)(\d{1,12})(?:\.(\d{9}))?$/;
const BILLION = 1_000_000_000n;

/**
 * @param line - without its newline
 * @throws BackupError `archive_corrupt` unless the line is to the byte what this package writes
 */
export function parseManifestLine(line: string): ManifestLine {
  let parsed: ManifestLine;
  try {
    parsed = understand(JSON.parse(line) as Fields);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const text = `The manifest has a line that cannot be read (${printable(why)}): ${printable(line.slice(0, 80))}`;
    throw new BackupError('archive_corrupt', text, { cause: error });
  }
  if (encode(parsed) !== `${line}\n`) {
    throw new BackupError('archive_corrupt', `The manifest has a damaged line: ${printable(line.slice(0, 80))}`);
  }
  return parsed;
}

function encode(line: ManifestLine): string {
  switch (line.kind) {
    case 'member':
      return memberLine(line.member, line.sha256, line.offset);
    case 'failed':
      return failedLine(line.path, line.reason, line.message);
    case 'skipped':
      return skippedLine(line.path, line.reason);
    case 'end':
      return endLine(line.end);
  }
}

function understand(fields: Fields): ManifestLine {
  const type = text(fields, 'type');
  if (type === 'end') return { kind: 'end', end: endOf(fields) };
  const path = name(fields, 'path');
  if (type === 'failed') {
    const reason = oneOf(FAILED_REASONS, text(fields, 'reason')) as FailedReason;
    return { kind: 'failed', path, reason, message: text(fields, 'message') };
  }
  if (type === 'skipped') {
    return { kind: 'skipped', path, reason: oneOf(SKIPPED_REASONS, text(fields, 'reason')) as SkippedReason };
  }
  return memberOf(fields, oneOf(MEMBER_TYPES, type) as MemberType, path);
}

function memberOf(fields: Fields, type: MemberType, path: Buffer): ManifestLine {
  const isFile = type === 'file';
  const isLink = type === 'symlink' || type === 'hardlink';
  const member: Member = {
    type,
    path,
    mode: count(fields, 'mode', MOST_MODE),
    uid: count(fields, 'uid', MOST_ID),
    gid: count(fields, 'gid', MOST_ID),
    mtimeNs: parseMtime(text(fields, 'mtime')),
    size: isFile ? count(fields, 'size') : 0,
    link: isLink ? name(fields, 'link') : null,
    sparse: fields['sparse'] === true,
  };
  return { kind: 'member', member, sha256: isFile ? digest(fields, 'sha256') : null, offset: count(fields, 'offset') };
}

function endOf(fields: Fields): EndLine {
  return {
    members: count(fields, 'members'),
    files: count(fields, 'files'),
    bytes: count(fields, 'bytes'),
    structure_sha256: digest(fields, 'structure_sha256'),
    manifest_sha256: digest(fields, 'manifest_sha256'),
  };
}

function parseMtime(mtime: string): bigint {
  const match = MTIME.exec(mtime);
  if (match === null) throw new Error(`bad time ${mtime}`);
  const [, sign, seconds, rest] = match;
  const ns = BigInt(seconds ?? 0) * BILLION + BigInt(rest ?? 0);
  return sign === '-' ? -ns : ns;
}

function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string') throw new Error(`${key} is not a text`);
  return value;
}

function oneOf(known: readonly string[], value: string): string {
  if (!known.includes(value)) throw new Error(`unknown ${value}`);
  return value;
}

function digest(fields: Fields, key: string): string {
  const value = text(fields, key);
  if (!SHA256.test(value)) throw new Error(`${key} is no sha256`);
  return value;
}

function count(fields: Fields, key: string, most: number = Number.MAX_SAFE_INTEGER): number {
  const value = fields[key];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > most) {
    throw new Error(`${key} is no number from 0 to ${most}`);
  }
  return value;
}

function name(fields: Fields, key: 'path' | 'link'): Buffer {
  const encoded = fields[`${key}_b64`];
  return typeof encoded === 'string' ? Buffer.from(encoded, 'base64') : Buffer.from(text(fields, key));
}
