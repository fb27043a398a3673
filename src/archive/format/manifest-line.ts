/** The lines of `manifest.jsonl`; see docs/format.md, section 3. Names are bytes. */
import { isUtf8 } from 'node:buffer';
import type { FailedReason } from '../../model.ts';
import { decimalTime } from './pax.ts';

export type MemberType = 'file' | 'directory' | 'symlink' | 'hardlink';
export type SkippedReason = 'socket' | 'fifo' | 'device' | 'other';

/** What is stored of one member. */
export interface Member {
  readonly type: MemberType;
  /** Without trailing slash. */
  readonly path: Buffer;
  /** The twelve permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Nanoseconds since the epoch. */
  readonly mtimeNs: bigint;
  /** Bytes of content; 0 for all but files. */
  readonly size: number;
  /** Target of a symbolic link, or the full name of the earlier member that a hard link shares. */
  readonly link: Buffer | null;
  /** The file had holes. */
  readonly sparse: boolean;
}

export interface EndLine {
  readonly members: number;
  readonly files: number;
  readonly bytes: number;
  readonly structure_sha256: string;
  readonly manifest_sha256: string;
}

/** `"1763600400.000000001"`: whole seconds without decimals, else nine of them. */
export function formatMtime(ns: bigint): string {
  const { whole, decimals } = decimalTime(ns);
  return decimals === '' ? whole : `${whole}.${decimals}`;
}

function nameField(key: 'path' | 'link', bytes: Buffer): string {
  return isUtf8(bytes)
    ? `"${key}":${JSON.stringify(bytes.toString('utf8'))}`
    : `"${key}_b64":"${bytes.toString('base64')}"`;
}

/**
 * The line of one member, with its newline.
 *
 * @param sha256 - lower-case hex for a file, null for everything else
 * @param offset - place of the member's first header block in the tar stream
 */
export function memberLine(member: Member, sha256: string | null, offset: number): string {
  const { type, mode, uid, gid } = member;
  const fields = [
    `"type":"${type}"`,
    nameField('path', member.path),
    `"mode":${String(mode)},"uid":${String(uid)},"gid":${String(gid)},"mtime":"${formatMtime(member.mtimeNs)}"`,
  ];
  if (type === 'file') fields.push(`"size":${String(member.size)},"sha256":"${sha256 ?? ''}"`);
  if (member.link !== null) fields.push(nameField('link', member.link));
  fields.push(`"offset":${String(offset)}`);
  if (type === 'file' && member.sparse) fields.push('"sparse":true');
  return `{${fields.join(',')}}\n`;
}

export function failedLine(path: Buffer, reason: FailedReason, message: string): string {
  return `{"type":"failed",${nameField('path', path)},"reason":"${reason}","message":${JSON.stringify(message)}}\n`;
}

export function skippedLine(path: Buffer, reason: SkippedReason): string {
  return `{"type":"skipped",${nameField('path', path)},"reason":"${reason}"}\n`;
}

export function endLine(end: EndLine): string {
  const { members, files, bytes, structure_sha256, manifest_sha256 } = end;
  return `${JSON.stringify({ type: 'end', members, files, bytes, structure_sha256, manifest_sha256 })}\n`;
}
