/** Archives built by hand, so that they can be wrong in just one thing. Uncompressed; `wrapped-archive.ts` compresses and encrypts them. */
import { createHash } from 'node:crypto';
import { endLine, memberLine, type EndLine, type Member } from '../../src/archive/format/manifest-line.ts';
import { encodeMember, padding } from '../../src/archive/format/tar-header.ts';
import { BACKUP_ID } from './archives.ts';

export interface Entry {
  readonly member: Member;
  readonly content?: Buffer;
  /** In the archive, and not in its manifest. */
  readonly unlisted?: boolean;
  /** Header blocks in the place of those that the manifest tells of. */
  readonly header?: Buffer;
}

/** @param path - latin1: one character a byte */
export function member(path: string, changes: Partial<Member> = {}): Member {
  const name = Buffer.from(path, 'latin1');
  return {
    type: 'file',
    path: name,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtimeNs: 0n,
    size: 0,
    link: null,
    sparse: false,
    ...changes,
  };
}

export function file(path: string, text = 'evil'): Entry {
  return { member: member(path, { size: text.length }), content: Buffer.from(text) };
}

export function folderEntry(path: string, mode = 0o755): Entry {
  return { member: member(path, { type: 'directory', mode }) };
}

export function symlink(path: string, to: string): Entry {
  return { member: member(path, { type: 'symlink', link: Buffer.from(to) }) };
}

export function hardlink(path: string, to: string): Entry {
  return { member: member(path, { type: 'hardlink', link: Buffer.from(to) }) };
}

export interface BuildOptions {
  /** Content of `backup.json`; null leaves it out. */
  readonly header?: string | null;
  /** Makes the manifest's member lines something else; the checksums are made to fit. */
  readonly lines?: (lines: readonly string[]) => readonly string[];
  readonly end?: Partial<EndLine>;
  /** Behind the end line, in the manifest. */
  readonly rest?: string;
  /** Behind the two zero blocks. */
  readonly behind?: Buffer;
}

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

export interface BuiltTar {
  readonly tar: Buffer;
  /** Place of the manifest's header. */
  readonly manifestAt: number;
  /** As its sidecar counts them. */
  readonly files: number;
  readonly bytes: number;
}

/** Right in every checksum, and wrong only in what was asked for. */
export function buildArchive(entries: readonly Entry[], options: BuildOptions = {}): Buffer {
  return buildTar(entries, options).tar;
}

/** The same, with what a sidecar and a trailer have to say of it. */
export function buildTar(entries: readonly Entry[], options: BuildOptions = {}): BuiltTar {
  const parts: Buffer[] = [];
  const structure = createHash('sha256');
  const lines: string[] = [];
  const counts = { members: 0, files: 0, bytes: 0 };
  let offset = 0;
  const { header = JSON.stringify({ format: 1, backup_id: BACKUP_ID }) } = options;
  const own = header === null ? [] : [file('backup.json', header)];
  for (const { member: one, content = Buffer.alloc(0), unlisted, header: block } of [...own, ...entries]) {
    const right = Buffer.from(encodeMember(one));
    const pad = Buffer.alloc(padding(content.length));
    if (unlisted !== true) {
      structure.update(right).update(Buffer.alloc(padding(one.size)));
      lines.push(memberLine(one, one.type === 'file' ? sha256(content.subarray(0, one.size)) : null, offset));
      const isFile = counts.members > 0 && (one.type === 'file' || one.type === 'hardlink');
      counts.members += 1;
      counts.files += isFile ? 1 : 0;
      counts.bytes += isFile ? one.size : 0;
    }
    parts.push(block ?? right, content, pad);
    offset += (block ?? right).length + content.length + pad.length;
  }
  const body = (options.lines?.(lines) ?? lines).join('');
  const sums = { structure_sha256: structure.digest('hex'), manifest_sha256: sha256(body) };
  const manifest = Buffer.from(body + endLine({ ...counts, ...sums, ...options.end }) + (options.rest ?? ''));
  const last = member('manifest.jsonl', { mode: 0o600, size: manifest.length });
  const zeros = Buffer.alloc(padding(manifest.length) + 1024);
  const tar = Buffer.concat([...parts, encodeMember(last), manifest, zeros, options.behind ?? Buffer.alloc(0)]);
  return { tar, manifestAt: offset, files: counts.files, bytes: counts.bytes };
}
