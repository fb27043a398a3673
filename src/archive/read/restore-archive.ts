/** Restores an archive to a folder: staged beside it, checked against the manifest, then moved into place. Runs in a worker thread. */
import { statfsSync } from 'node:fs';
import { BackupError, toBackupError } from '../../errors.ts';
import type { RestoreResult, RestoreTask, TaskContext } from '../tasks.ts';
import { readMember, type MemberEntry } from './lockstep.ts';
import { moveIntoPlace } from './move-in.ts';
import { openArchive, type OpenArchive } from './open-archive.ts';
import { everything, selectPaths, type Selection } from './selection.ts';
import { Staging } from './staging.ts';
import { TarInput } from './tar-input.ts';

/** Members between two looks at the signal. */
const STEP = 64;

/**
 * @throws BackupError: `archive_corrupt`, `target_exists`, `no_space`, `invalid_request` (a path that matches nothing) …; the
 * target is then as it was
 */
export async function restoreArchive(task: RestoreTask, context: TaskContext): Promise<RestoreResult> {
  const archive = await openArchive({ ...task, niceness: context.niceness });
  let staging: Staging | null = null;
  try {
    const selection =
      task.paths === null ? everything(archive.layout.tarSize) : await selectPaths(task.paths, archive.manifest());
    staging = new Staging(task.target, task.keepSetuid);
    checkSpace(staging.path, selection.bytes);
    const result = await new RestoreRun(archive, staging, { selection, context, whole: task.paths === null }).run();
    staging.finish();
    moveIntoPlace(staging.path, task.target, task.overwrite);
    return result;
  } catch (error) {
    throw toBackupError(error, 'restore_failed', `Cannot restore to ${task.target}`);
  } finally {
    staging?.remove();
    await archive.close();
  }
}

function checkSpace(path: string, needed: number): void {
  const { bavail, bsize } = statfsSync(path);
  const free = bavail * bsize;
  if (free >= needed) return;
  const text = `Not enough space to restore: ${String(needed)} bytes are needed, ${String(free)} are free. Choose another folder.`;
  throw new BackupError('no_space', text, { data: { free, needed } });
}

interface RunOptions {
  readonly selection: Selection;
  readonly context: TaskContext;
  /** Everything is restored, so nothing is passed over unread. */
  readonly whole: boolean;
}

/** One restore of one archive into its staging folder. */
class RestoreRun {
  readonly #archive: OpenArchive;
  readonly #staging: Staging;
  readonly #options: RunOptions;
  readonly #input: TarInput;
  #members = 0;
  #files = 0;
  #bytes = 0;

  constructor(archive: OpenArchive, staging: Staging, options: RunOptions) {
    this.#archive = archive;
    this.#staging = staging;
    this.#options = options;
    this.#input = new TarInput(archive.pieces());
  }

  async run(): Promise<RestoreResult> {
    const { context, whole, selection } = this.#options;
    for await (const line of this.#archive.manifest()) {
      if (line.kind !== 'member') continue;
      if (++this.#members % STEP === 0) {
        context.signal.throwIfAborted();
        context.onProgress({ bytes: this.#bytes, total: selection.bytes, files: this.#files });
      }
      const place = selection.includes(line) ? line.member.path : selection.standIn(line);
      if (place === null && !whole) continue;
      if (!whole) await this.#input.skipTo(line.offset);
      await this.#input.drive(this.#member(line, place));
    }
    return { files: this.#files, bytes: this.#bytes };
  }

  *#member(line: MemberEntry, place: Buffer | null): Generator<void, void, undefined> {
    const { member } = line;
    if (place === null) {
      yield* readMember(this.#input, line, { onContent: () => undefined, structure: null });
    } else if (member.type === 'file') {
      yield* this.#file(line, place);
    } else {
      yield* readMember(this.#input, line, { onContent: () => undefined, structure: null });
      this.#addLink(line);
    }
  }

  *#file(line: MemberEntry, place: Buffer): Generator<void, void, undefined> {
    const file = this.#staging.openFile(line.member, place);
    try {
      const onContent = (part: Buffer): void => {
        file.write(part);
      };
      yield* readMember(this.#input, line, { onContent, structure: null });
      file.finish();
    } finally {
      file.close();
    }
    if (place !== line.member.path) this.#moved.set(line.member.path.toString('latin1'), place);
    this.#files += 1;
    this.#bytes += line.member.size;
  }

  /** Content that was restored in the place of a hard link, by the name that further links give it. */
  readonly #moved = new Map<string, Buffer>();

  #addLink({ member }: MemberEntry): void {
    const place = member.link === null ? undefined : this.#moved.get(member.link.toString('latin1'));
    if (place?.equals(member.path) === true) return;
    this.#staging.add(place === undefined ? member : { ...member, link: place });
    if (member.type === 'hardlink') this.#files += 1;
  }
}
