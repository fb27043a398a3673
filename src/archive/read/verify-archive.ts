/** Proves that an archive is whole and is what its sidecar and its manifest say. Runs in a worker thread. */
import { createHash, type Hash } from 'node:crypto';
import { BackupError, toBackupError } from '../../errors.ts';
import type { TaskContext, TaskProblem, VerifyResult, VerifyTask } from '../tasks.ts';
import type { EndLine } from '../format/manifest-line.ts';
import { checkFile } from './check-file.ts';
import { readMember, shown, type MemberEntry } from './lockstep.ts';
import { openArchive, type OpenArchive } from './open-archive.ts';
import type { PieceSource } from './pieces.ts';
import { TarInput } from './tar-input.ts';

const MOST_PROBLEMS = 100;

/**
 * @returns every problem that was found; errors of reading the file itself are thrown
 */
export async function verifyArchive(task: VerifyTask, context: TaskContext): Promise<VerifyResult> {
  const problems: TaskProblem[] = [];
  const add = (error: unknown): void => {
    problems.push(problemOf(error));
  };
  let archive: OpenArchive;
  try {
    archive = await openArchive({ ...task, niceness: context.niceness });
  } catch (error) {
    return { problems: [problemOf(error)], files: 0, bytes: 0 };
  }
  try {
    for (const error of await checkFile(archive, task.expected)) add(error);
    const damaged = new DamageLog(archive.pieces());
    const checker = new LockstepCheck(archive, damaged, { task, context });
    const result = await checker.run().catch((error: unknown) => {
      add(error);
      return { files: 0, bytes: 0 };
    });
    for (const error of await damaged.explain(archive)) add(error);
    return { problems: problems.slice(0, MOST_PROBLEMS), ...result };
  } finally {
    await archive.close();
  }
}

function problemOf(error: unknown): TaskProblem {
  const known = toBackupError(error, 'archive_corrupt');
  if (known.code !== 'archive_corrupt' && known.code !== 'unsupported_format') throw known;
  const member = known.data['member'];
  return { code: known.code, member: typeof member === 'string' ? member : null, message: known.message };
}

/** The first pass over the pieces, remembering which were damaged. */
class DamageLog implements PieceSource {
  readonly #pieces: PieceSource;
  readonly #damaged: { readonly start: number; readonly end: number; readonly problem: string }[] = [];

  constructor(pieces: PieceSource) {
    this.#pieces = pieces;
  }

  async next(): ReturnType<PieceSource['next']> {
    const piece = await this.#pieces.next();
    if (piece?.bytes === null) {
      this.#damaged.push({ start: piece.tarOffset, end: piece.tarOffset + piece.size, problem: piece.problem });
    }
    return piece;
  }

  seek(tarOffset: number): void {
    this.#pieces.seek(tarOffset);
  }

  /** Reads on to the end and names the members in every damaged piece, as far as the manifest can be read. */
  async explain(archive: OpenArchive): Promise<BackupError[]> {
    if (this.#damaged.length === 0) return [];
    while ((await this.next()) !== null);
    const found: BackupError[] = [];
    try {
      for await (const line of archive.manifest()) {
        if (line.kind === 'member') found.push(...this.#hits(line));
        if (found.length >= MOST_PROBLEMS) break;
      }
    } catch {
      // The manifest is damaged too, which was reported already.
    }
    return found;
  }

  #hits({ member, offset }: MemberEntry): BackupError[] {
    const path = shown(member.path);
    return this.#damaged
      .filter(({ start, end }) => offset < end && offset + Math.max(member.size, 1) > start)
      .map(({ problem }) => {
        const text = `${path}: it lies in a damaged part of the archive (${problem}).`;
        return new BackupError('archive_corrupt', text, { data: { member: path } });
      });
  }
}

/** Members and manifest side by side. */
class LockstepCheck {
  readonly #archive: OpenArchive;
  readonly #input: TarInput;
  readonly #options: { readonly task: VerifyTask; readonly context: TaskContext };
  readonly #structure: Hash = createHash('sha256');
  readonly #header: Buffer[] = [];
  #members = 0;
  #files = 0;
  #bytes = 0;

  constructor(archive: OpenArchive, pieces: PieceSource, options: { task: VerifyTask; context: TaskContext }) {
    this.#archive = archive;
    this.#input = new TarInput(pieces);
    this.#options = options;
  }

  async run(): Promise<{ files: number; bytes: number }> {
    const { context } = this.#options;
    let end: EndLine | null = null;
    for await (const line of this.#archive.manifest()) {
      if (line.kind === 'member') await this.#input.drive(this.#member(line));
      if (line.kind === 'end') end = line.end;
      if (this.#members % 64 === 0) {
        context.signal.throwIfAborted();
        context.onProgress({ bytes: this.#input.offset, total: this.#archive.layout.tarSize, files: this.#files });
      }
    }
    this.#checkEnd(end);
    this.#checkHeader();
    return { files: this.#files, bytes: this.#bytes };
  }

  *#member(line: MemberEntry): Generator<void, void, undefined> {
    const first = this.#members === 0;
    const { member } = line;
    if (first && (member.path.toString() !== 'backup.json' || member.type !== 'file')) {
      throw new BackupError('archive_corrupt', 'The first member is not backup.json.');
    }
    const onContent = first ? (part: Buffer) => void this.#header.push(Buffer.from(part)) : () => undefined;
    yield* readMember(this.#input, line, { onContent, structure: this.#structure });
    this.#members += 1;
    if (first || (member.type !== 'file' && member.type !== 'hardlink')) return;
    this.#files += 1;
    this.#bytes += member.size;
  }

  #checkEnd(end: EndLine | null): void {
    const structure = this.#structure.digest('hex');
    const { layout } = this.#archive;
    const fits =
      end !== null &&
      end.members === this.#members &&
      end.files === this.#files &&
      end.bytes === this.#bytes &&
      end.structure_sha256 === structure &&
      this.#input.offset === layout.manifestTarOffset;
    if (!fits) throw new BackupError('archive_corrupt', 'The end of the manifest does not fit the members.');
  }

  #checkHeader(): void {
    const { expected } = this.#options.task;
    if (expected === null) return;
    const { backup_id: id } = JSON.parse(Buffer.concat(this.#header).toString('utf8')) as { backup_id?: unknown };
    if (id !== expected.backupId) {
      throw new BackupError('archive_corrupt', `The archive is that of another backup: ${String(id)}.`);
    }
    if (expected.files !== this.#files || expected.bytes !== this.#bytes) {
      throw new BackupError(
        'archive_corrupt',
        'The archive does not hold as many files and bytes as its sidecar says.',
      );
    }
  }
}
