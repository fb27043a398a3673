/** Turns sources into tar members. Its generators yield each time the piece is full: flush it, then go on. */
import { readlinkSync, type BigIntStats } from 'node:fs';
import { BackupError, systemCode } from '../../errors.ts';
import type { FailedFile, FailedReason } from '../../model.ts';
import { failedLine, memberLine, skippedLine, type Member } from '../format/manifest-line.ts';
import { openForReading, readInto } from './file-reader.ts';
import { LinkTable } from './link-table.ts';
import { memberOf } from './member-of.ts';
import type { ManifestSpool } from './manifest-spool.ts';
import type { PieceWriter } from './piece-writer.ts';
import type { SourceRoot } from './source-roots.ts';
import type { Snapshot } from './stable-pair.ts';
import { TarWriter } from './tar-writer.ts';
import { walk, type Found } from './walk.ts';
import { hash } from 'node:crypto';

const LISTED_FAILURES = 100;

export interface Totals {
  members: number;
  files: number;
  bytes: number;
  failed: number;
  readonly failures: FailedFile[];
}

/** Where a member lies on disk, its name in the archive, and what it was when it was looked at. */
interface Place {
  readonly path: Buffer;
  readonly name: Buffer;
  readonly stat: BigIntStats;
}

export interface PackOptions {
  readonly pieces: PieceWriter;
  readonly spool: ManifestSpool;
  readonly unreadable: 'warn' | 'fail';
}

export class Packer {
  readonly tar: TarWriter;
  readonly totals: Totals = { members: 0, files: 0, bytes: 0, failed: 0, failures: [] };
  readonly #options: PackOptions;
  readonly #links = new LinkTable();

  constructor(options: PackOptions) {
    this.#options = options;
    this.tar = new TarWriter(options.pieces);
  }

  *source(root: SourceRoot): Generator<void, void, undefined> {
    yield* this.#entry({ path: root.path, name: root.label, stat: root.stat }, root);
    if (root.stat.isDirectory()) {
      for (const found of walk(root.path, root.label, root.rules)) yield* this.#found(found, root);
    }
  }

  /** A file whose content is already known. */
  *snapshot(name: Buffer, { stat, bytes }: Snapshot): Generator<void, void, undefined> {
    const member = { ...memberOf('file', name, stat), size: bytes.length };
    yield* this.known(member, bytes);
  }

  /** A file of a source, with its content. */
  *known(member: Member, bytes: Uint8Array): Generator<void, void, undefined> {
    yield* this.memory(member, bytes);
    this.totals.files += 1;
    this.totals.bytes += bytes.length;
  }

  /** A member with its content, counted as a member only. */
  *memory(member: Member, bytes: Uint8Array): Generator<void, void, undefined> {
    const offset = this.tar.offset;
    yield* this.tar.header(member);
    yield* this.tar.content(bytes);
    yield* this.tar.pad(bytes.length);
    this.#record(member, hash('sha256', bytes, 'hex'), offset);
  }

  *#found(found: Found, root: SourceRoot): Generator<void, void, undefined> {
    switch (found.kind) {
      case 'entry':
        yield* this.#entry(found, root);
        return;
      case 'skipped':
        this.#options.spool.add(skippedLine(found.name, found.reason));
        return;
      case 'failed':
        this.#fail(found.name, found.reason, found.error);
        return;
    }
  }

  *#entry(place: Place, root: SourceRoot): Generator<void, void, undefined> {
    const { name, stat } = place;
    if (stat.isDirectory()) {
      yield* this.#bare(memberOf('directory', name, stat));
    } else if (stat.isSymbolicLink()) {
      yield* this.#symlink(place);
    } else {
      yield* this.#file(place, root);
    }
  }

  *#symlink({ path, name, stat }: Place): Generator<void, void, undefined> {
    let link: Buffer;
    try {
      link = readlinkSync(path, { encoding: 'buffer' });
    } catch (error) {
      this.#fail(name, reasonOf(error), error);
      return;
    }
    yield* this.#bare({ ...memberOf('symlink', name, stat), link });
  }

  *#file({ path, name, stat }: Place, root: SourceRoot): Generator<void, void, undefined> {
    const snapshot = root.snapshots.size === 0 ? undefined : root.snapshots.get(path.toString());
    if (snapshot !== undefined) {
      yield* this.snapshot(name, snapshot);
      return;
    }
    const first = this.#links.find(stat);
    if (first !== null) {
      yield* this.#bare({ ...memberOf('hardlink', name, stat), link: first });
      this.totals.files += 1;
      return;
    }
    let fd: number;
    try {
      fd = openForReading(path);
    } catch (error) {
      this.#fail(name, reasonOf(error), error);
      return;
    }
    this.#links.add(stat, name);
    yield* this.#content(fd, memberOf('file', name, stat), stat);
  }

  *#content(fd: number, member: Member, stat: BigIntStats): Generator<void, void, undefined> {
    const offset = this.tar.offset;
    yield* this.tar.header(member);
    const { sha256, changed, error } = yield* readInto(this.#options.pieces, fd, stat);
    this.#record(member, sha256, offset);
    yield* this.tar.pad(member.size);
    this.totals.files += 1;
    this.totals.bytes += member.size;
    if (error !== null) this.#fail(member.path, 'unreadable', error);
    else if (changed !== null) this.#fail(member.path, 'changed', `it ${changed} while it was read`);
  }

  *#bare(member: Member): Generator<void, void, undefined> {
    const offset = this.tar.offset;
    yield* this.tar.header(member);
    this.#record(member, null, offset);
  }

  /** @param sha256 - null for what has none, and for a file whose content is the last of this piece and is hashed there */
  #record(member: Member, sha256: string | null, offset: number): void {
    const { pieces, spool } = this.#options;
    const last = member.type === 'file' && sha256 === null ? member.size : 0;
    pieces.afterwards(last, (digest) => {
      spool.add(memberLine(member, sha256 ?? digest, offset));
    });
    this.totals.members += 1;
  }

  #fail(name: Buffer, reason: FailedReason, cause: unknown): void {
    const message = typeof cause === 'string' ? cause : (systemCode(cause) ?? String(cause));
    const path = name.toString('utf8');
    if (reason === 'unreadable' && this.#options.unreadable === 'fail') {
      throw new BackupError(
        'source_unreadable',
        `Cannot read ${path}: ${message}. Check its permissions, or exclude it.`,
        {
          cause,
        },
      );
    }
    this.#options.spool.add(failedLine(name, reason, message));
    this.totals.failed += 1;
    if (this.totals.failures.length < LISTED_FAILURES) this.totals.failures.push({ path, reason, message });
  }
}

function reasonOf(error: unknown): FailedReason {
  const code = systemCode(error);
  // ELOOP: it became a symbolic link since it was looked at.
  return code === 'ENOENT' || code === 'ELOOP' ? 'vanished' : 'unreadable';
}
