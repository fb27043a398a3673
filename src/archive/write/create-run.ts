import { parseIso, systemClock } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import type { Compression } from '../../model.ts';
import { endLine, type Member } from '../format/manifest-line.ts';
import type { CreateResult, CreateTask, TaskContext } from '../tasks.ts';
import type { BackupHeader } from '../backup-header.ts';
import type { ArchiveFile } from './archive-file.ts';
import type { Estimator } from './estimate.ts';
import type { ManifestSpool } from './manifest-spool.ts';
import type { DatabaseFiles } from './database-files.ts';
import { Packer, type Steps } from './pack.ts';
import type { PieceWriter } from './piece-writer.ts';
import { SECRET_MEMBER, secretText } from './node-red-source.ts';
import type { SourceRoot } from './source-root.ts';
import { sizeNotes, type Taken } from './size-notes.ts';
import { checkSpace } from './space.ts';
import { readPair } from './stable-pair.ts';
import { END_OF_ARCHIVE } from './tar-writer.ts';

interface RunParts {
  readonly task: CreateTask;
  readonly context: TaskContext;
  readonly estimator: Estimator;
  readonly pieces: PieceWriter;
  readonly spool: ManifestSpool;
  readonly file: ArchiveFile;
  readonly compression: Compression;
  /** Null when databases are read like any other file. */
  readonly databases: DatabaseFiles | null;
}

/** One writing of one archive. */
export class CreateRun {
  readonly #parts: RunParts;
  readonly #packer: Packer;
  /** From outside a Node-RED user directory. */
  readonly #taken: Taken[] = [];
  #spaceChecked = false;

  constructor(parts: RunParts) {
    this.#parts = parts;
    const { pieces, spool, databases, task } = parts;
    this.#packer = new Packer({ pieces, spool, databases, unreadable: task.unreadable });
  }

  async write(roots: readonly SourceRoot[]): Promise<CreateResult> {
    const { task, pieces, file, compression } = this.#parts;
    const installation = roots.find((root) => root.installation !== null)?.installation ?? null;
    const header: BackupHeader = {
      ...{ ...task.header, compression, sources: roots.map((root) => root.header) },
      ...(installation !== null && { installation }),
    };
    const json = Buffer.from(`${JSON.stringify(header, null, 2)}\n`);
    await this.#drive(this.#packer.memory(this.#own('backup.json', json.length), json));
    await pieces.flush();
    for (const root of roots) {
      if (root.neededMember !== null) this.#packer.needed.need(root.neededMember);
      await this.#drive(this.#packer.source(root));
      await this.#outside(root);
      for (const folder of root.folders) await this.#folder(folder);
    }
    await pieces.drain();
    this.#checkFlows();
    const places = { manifestTarOffset: pieces.offset, manifestFileOffset: file.streamSize };
    const manifestSha256 = await this.#manifest();
    const { size, sha256 } = file.finish({ ...places, tarSize: pieces.offset });
    const { files, bytes } = this.#packer.totals;
    this.#tell(bytes, bytes);
    const failedFiles = this.#packer.failed.all;
    const notes = [...roots.flatMap((root) => root.notes), ...(this.#parts.databases?.notes ?? [])];
    const asides = [...roots.map(({ otherLinks }) => otherLinks?.note ?? ''), ...sizeNotes(this.#taken, bytes)];
    const told = { notes, asides: asides.filter((aside) => aside !== '') };
    return { size, sha256, compression, files, bytes, failedFiles, manifestSha256, ...told };
  }

  async #folder(folder: SourceRoot): Promise<void> {
    const before = this.#packer.totals.bytes;
    await this.#drive(this.#packer.source(folder));
    this.#taken.push({ path: folder.path.toString(), bytes: this.#packer.totals.bytes - before });
  }

  async #outside(root: SourceRoot): Promise<void> {
    if (root.secret !== null) {
      const text = Buffer.from(secretText(root.secret));
      await this.#drive(this.#packer.known(this.#own(SECRET_MEMBER, text.length), text));
    }
    for (const { path, member } of root.files) {
      const alone = { flows: path, credentials: path };
      const { signal } = this.#parts.context;
      const snapshot = root.snapshots.get(path) ?? (await readPair(alone, systemClock, signal)).get(path);
      if (snapshot === undefined) {
        throw new BackupError('source_unreadable', `Cannot read ${path}, which Node-RED uses. Check its permissions.`);
      }
      await this.#drive(this.#packer.snapshot(Buffer.from(member), snapshot));
    }
  }

  /** They are there, and may still have been left out, or could not be read. */
  #checkFlows(): void {
    const { missing } = this.#packer.needed;
    if (missing === null) return;
    const what = `${missing}, the flows that Node-RED runs, did not get into the backup.`;
    const why = 'An exclude pattern leaves them out, or they cannot be read.';
    const advice = 'A backup without flows would bring none back, so none is made.';
    throw new BackupError('no_flows', `${what} ${why} ${advice}`);
  }

  async #manifest(): Promise<string> {
    const { spool, pieces } = this.#parts;
    const { tar, totals } = this.#packer;
    const { members, files, bytes } = totals;
    const manifestSha256 = spool.digest();
    const structureSha256 = tar.structureDigest();
    const end = { members, files, bytes, structure_sha256: structureSha256, manifest_sha256: manifestSha256 };
    spool.add(endLine(end));
    const size = spool.size;
    await this.#drive(tar.header(this.#own('manifest.jsonl', size)));
    for (let at = 0; at < size;) {
      if (pieces.full) await this.#flush();
      const count = spool.read(pieces.room());
      pieces.advance(count);
      at += count;
    }
    await this.#drive(tar.pad(size));
    await this.#drive(tar.content(END_OF_ARCHIVE));
    await pieces.drain();
    return manifestSha256;
  }

  /** A member of ours, with nothing of this machine in it. */
  #own(name: string, size: number): Member {
    const seconds = Math.floor(parseIso(this.#parts.task.header.date) / 1000);
    const mtimeNs = BigInt(seconds) * 1_000_000_000n;
    const path = Buffer.from(name);
    return { type: 'file', path, mode: 0o600, uid: 0, gid: 0, mtimeNs, size, link: null, sparse: false };
  }

  async #drive(steps: Steps): Promise<void> {
    for (let step = steps.next(); step.done !== true; step = steps.next()) {
      await (step.value ?? this.#flush());
    }
  }

  async #flush(): Promise<void> {
    const { context, pieces, estimator, task, file, compression } = this.#parts;
    context.signal.throwIfAborted();
    await pieces.flush();
    const estimate = estimator.known;
    if (estimate !== null && !this.#spaceChecked) {
      this.#spaceChecked = true;
      checkSpace(task.path, { written: file.written, estimate }, compression);
    }
    this.#report();
  }

  /** Says nothing until it is known how much there is. */
  #report(): void {
    const { known } = this.#parts.estimator;
    if (known === null) return;
    // A large file counts piece by piece; what the tar stream holds beyond contents is small beside it.
    const read = Math.max(this.#packer.totals.bytes, Math.min(this.#parts.pieces.offset, known.bytes));
    this.#tell(read, known.bytes);
  }

  /** @param total - an estimate, which may turn out too low */
  #tell(read: number, total: number): void {
    const { files } = this.#packer.totals;
    this.#parts.context.onProgress({ bytes: read, total: Math.max(total, read), files });
  }
}
