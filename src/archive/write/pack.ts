/** Turns sources into tar members. Its generators yield each time the piece is full: flush it, then go on. */
import { closeSync, readlinkSync, type BigIntStats } from 'node:fs';
import { memberLine, skippedLine, type Member } from '../format/manifest-line.ts';
import type { DatabaseFiles, LookedAt } from './database-files.ts';
import { FailedList } from './failed-list.ts';
import { openForReading, readInto } from './file-reader.ts';
import { memberOf, reasonOf } from './member-of.ts';
import { LinkTable } from './link-table.ts';
import type { ManifestSpool } from './manifest-spool.ts';
import { NeededMembers } from './needed-members.ts';
import type { PieceWriter } from './piece-writer.ts';
import type { SourceRoot } from './source-root.ts';
import type { Snapshot } from './stable-pair.ts';
import { TarWriter } from './tar-writer.ts';
import { walk, type Found } from './walk.ts';
import { hash } from 'node:crypto';

export interface Totals {
  members: number;
  files: number;
  bytes: number;
}

/** Where a member lies on disk, its name in the archive, and what it was when it was looked at. */
interface Place {
  readonly path: Buffer;
  readonly name: Buffer;
  readonly stat: BigIntStats;
}

/** Yields each time the piece is full, or what is to be waited for. */
export type Steps<T = void> = Generator<Promise<void> | undefined, T, undefined>;

export interface PackOptions {
  readonly pieces: PieceWriter;
  readonly spool: ManifestSpool;
  readonly unreadable: 'warn' | 'fail';
  /** Null when databases are read like any other file. */
  readonly databases: DatabaseFiles | null;
}

export class Packer {
  readonly tar: TarWriter;
  readonly totals: Totals = { members: 0, files: 0, bytes: 0 };
  readonly failed: FailedList;
  readonly needed: NeededMembers = new NeededMembers();
  readonly #options: PackOptions;
  readonly #links = new LinkTable();

  constructor(options: PackOptions) {
    this.#options = options;
    this.failed = new FailedList(options.spool, options.unreadable);
    this.tar = new TarWriter(options.pieces);
  }

  *source(root: SourceRoot): Steps {
    yield* this.#entry({ path: root.path, name: root.label, stat: root.stat }, root);
    if (root.stat.isDirectory()) {
      for (const found of walk(root.path, root.label, root.rules)) yield* this.#found(found, root);
    }
  }

  /** A file whose content is already known. */
  *snapshot(name: Buffer, { stat, bytes }: Snapshot): Steps {
    const member = { ...memberOf('file', name, stat), size: bytes.length };
    yield* this.known(member, bytes);
  }

  /** A file of a source, with its content. */
  *known(member: Member, bytes: Uint8Array): Steps {
    yield* this.memory(member, bytes);
    this.totals.files += 1;
    this.totals.bytes += bytes.length;
  }

  /** A member with its content, counted as a member only. */
  *memory(member: Member, bytes: Uint8Array): Steps {
    const offset = this.tar.offset;
    yield* this.tar.header(member);
    yield* this.tar.content(bytes);
    yield* this.tar.pad(bytes.length);
    this.#record(member, hash('sha256', bytes, 'hex'), offset);
    this.needed.saw(member);
  }

  *#found(found: Found, root: SourceRoot): Steps {
    switch (found.kind) {
      case 'entry':
        yield* this.#entry(found, root);
        return;
      case 'skipped':
        this.#options.spool.add(skippedLine(found.name, found.reason));
        return;
      case 'failed':
        // A journal comes and goes with each transaction.
        if (this.#options.databases?.isLeftOut(found.name) === true) return;
        this.failed.add(found.name, found.reason, found.error);
        return;
    }
  }

  *#entry(place: Place, root: SourceRoot): Steps {
    const { name, stat } = place;
    if (stat.isDirectory()) {
      yield* this.#bare(memberOf('directory', name, stat));
    } else if (stat.isSymbolicLink()) {
      yield* this.#symlink(place, root);
    } else {
      yield* this.#file(place, root);
    }
  }

  *#symlink({ path, name, stat }: Place, { otherLinks }: SourceRoot): Steps {
    let link: Buffer;
    try {
      link = readlinkSync(path, { encoding: 'buffer' });
    } catch (error) {
      this.failed.add(name, reasonOf(error), error);
      return;
    }
    otherLinks?.saw(path, name, link);
    yield* this.#bare({ ...memberOf('symlink', name, stat), link });
  }

  *#file(place: Place, root: SourceRoot): Steps {
    const { path, name, stat } = place;
    const { databases } = this.#options;
    const snapshot = root.snapshots.size === 0 ? undefined : root.snapshots.get(path.toString());
    if (snapshot !== undefined) {
      yield* this.snapshot(name, snapshot);
      return;
    }
    if (databases?.isLeftOut(name) === true) return;
    const first = this.#links.find(stat);
    if (first !== null) {
      const member = { ...memberOf('hardlink', name, stat), link: first };
      yield* this.#bare(member);
      this.needed.saw(member);
      this.totals.files += 1;
      return;
    }
    const isHeld = databases?.isHeldHere(stat) === true;
    if (isHeld && databases.isLockFile(name)) return;
    let fd = isHeld ? null : this.#open(place);
    if (!isHeld && fd === null) return;
    if (databases !== null && (fd === null || databases.isDatabase(fd, stat))) {
      // Not kept open meanwhile: a flow may open it, and would lose its locks when it is closed here.
      if (fd !== null) closeSync(fd);
      if (yield* this.#database(place, databases)) return;
      fd = this.#open(place);
    }
    if (fd === null) return;
    this.#links.add(stat, name);
    yield* this.#content(fd, memberOf('file', name, stat), stat);
  }

  /** @returns false when the file is to be read like any other */
  *#database({ path, name, stat }: Place, databases: DatabaseFiles): Steps<boolean> {
    const answer: { looked: LookedAt } = { looked: { kind: 'file', why: null } };
    yield databases.lookAt(path, name).then((looked) => {
      answer.looked = looked;
    });
    const { looked } = answer;
    if (looked.kind === 'file') {
      if (looked.why !== null) this.failed.add(name, 'changed', looked.why);
      return false;
    }
    const { fd, stat: copied, why } = looked.copy;
    this.#links.add(stat, name);
    yield* this.#content(fd, { ...memberOf('file', name, stat), size: Number(copied.size), sparse: false }, copied);
    databases.discard();
    if (why !== null) this.failed.add(name, 'changed', why);
    return true;
  }

  /** Null when it cannot be opened, which is noted. */
  #open({ path, name }: Place): number | null {
    try {
      return openForReading(path);
    } catch (error) {
      this.failed.add(name, reasonOf(error), error);
      return null;
    }
  }

  *#content(fd: number, member: Member, stat: BigIntStats): Steps {
    const offset = this.tar.offset;
    yield* this.tar.header(member);
    const { sha256, changed, error } = yield* readInto(this.#options.pieces, fd, stat);
    this.#record(member, sha256, offset);
    yield* this.tar.pad(member.size);
    this.totals.files += 1;
    this.totals.bytes += member.size;
    if (error === null) this.needed.saw(member);
    if (error !== null) this.failed.add(member.path, 'unreadable', error);
    else if (changed !== null) this.failed.add(member.path, 'changed', `it ${changed} while it was read`);
  }

  *#bare(member: Member): Steps {
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
}
