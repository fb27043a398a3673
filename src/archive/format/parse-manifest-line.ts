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
import type { FailedReason } from '../../model.ts';

/** One line of `manifest.jsonl`, understood. */
export type ManifestLine =
  | { readonly kind: 'member'; readonly member: Member; readonly sha256: string | null; readonly offset: number }
  | { readonly kind: 'failed'; readonly path: Buffer; readonly reason: FailedReason; readonly message: string }
  | { readonly kind: 'skipped'; readonly path: Buffer; readonly reason: SkippedReason }
  | { readonly kind: 'end'; readonly end: EndLine };

type Fields = Readonly<Record<string, unknown>>;

const MEMBER_TYPES: readonly string[] = ['file', 'directory', 'symlink', 'hardlink'] satisfies MemberType[];
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
    throw new BackupError('archive_corrupt', `The manifest has a line that cannot be read: ${line.slice(0, 80)}`, {
      cause: error,
    });
  }
  if (encode(parsed) !== `${line}\n`) {
    throw new BackupError('archive_corrupt', `The manifest has a damaged line: ${line.slice(0, 80)}`);
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
    return { kind: 'failed', path, reason: text(fields, 'reason') as FailedReason, message: text(fields, 'message') };
  }
  if (type === 'skipped') return { kind: 'skipped', path, reason: text(fields, 'reason') as SkippedReason };
  if (!MEMBER_TYPES.includes(type)) throw new Error(`unknown type ${type}`);
  return memberOf(fields, type as MemberType, path);
}

function memberOf(fields: Fields, type: MemberType, path: Buffer): ManifestLine {
  const isFile = type === 'file';
  const isLink = type === 'symlink' || type === 'hardlink';
  const member: Member = {
    type,
    path,
    mode: count(fields, 'mode'),
    uid: count(fields, 'uid'),
    gid: count(fields, 'gid'),
    mtimeNs: parseMtime(text(fields, 'mtime')),
    size: isFile ? count(fields, 'size') : 0,
    link: isLink ? name(fields, 'link') : null,
    sparse: fields['sparse'] === true,
  };
  return { kind: 'member', member, sha256: isFile ? text(fields, 'sha256') : null, offset: count(fields, 'offset') };
}

function endOf(fields: Fields): EndLine {
  return {
    members: count(fields, 'members'),
    files: count(fields, 'files'),
    bytes: count(fields, 'bytes'),
    structure_sha256: text(fields, 'structure_sha256'),
    manifest_sha256: text(fields, 'manifest_sha256'),
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

function count(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new Error(`${key} is no count`);
  return value;
}

function name(fields: Fields, key: 'path' | 'link'): Buffer {
  const encoded = fields[`${key}_b64`];
  return typeof encoded === 'string' ? Buffer.from(encoded, 'base64') : Buffer.from(text(fields, key));
}
