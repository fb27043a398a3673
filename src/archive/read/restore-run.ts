import { BackupError } from '../../errors.ts';
import type { RestoreResult, TaskContext } from '../tasks.ts';
import type { EndLine } from '../format/manifest-line.ts';
import { Lockstep, type ContentUse, type MemberEntry } from './lockstep.ts';
import type { OpenArchive } from './open-archive.ts';
import { OwnHeader } from './own-header.ts';
import { ProgressSteps } from './progress-steps.ts';
import type { Selection } from './selection.ts';
import type { Staging } from './staging.ts';
import { TarInput } from './tar-input.ts';

export interface RunOptions {
  readonly selection: Selection;
  readonly context: TaskContext;
  /** Whose archive it must be. */
  readonly backupId: string;
  /** What the manifest must have; null when that is not known. */
  readonly manifestSha256: string | null;
  /** Everything is restored, so nothing is passed over unread. */
  readonly whole: boolean;
  readonly tellHeader: boolean;
}

const ignore: ContentUse = () => undefined;

/** One restore of one archive into its staging folder. */
export class RestoreRun {
  readonly #archive: OpenArchive;
  readonly #staging: Staging;
  readonly #options: RunOptions;
  readonly #input: TarInput;
  readonly #lockstep: Lockstep;
  readonly #progress: ProgressSteps;
  /** Content that was restored in the place of a hard link, by the name that further links give it. */
  readonly #moved = new Map<string, Buffer>();
  #header: NonNullable<RestoreResult['header']> = {};
  #files = 0;
  #bytes = 0;

  constructor(archive: OpenArchive, staging: Staging, options: RunOptions) {
    this.#archive = archive;
    this.#staging = staging;
    this.#options = options;
    this.#input = new TarInput(archive.pieces());
    this.#lockstep = new Lockstep(this.#input);
    this.#progress = new ProgressSteps(options.context, options.selection.bytes);
  }

  /** @throws BackupError `archive_corrupt` for whatever is not as the manifest says */
  async run(): Promise<RestoreResult> {
    let isFirst = true;
    let end: EndLine | null = null;
    for await (const line of this.#archive.manifest()) {
      if (line.kind === 'end') end = line.end;
      if (line.kind !== 'member') continue;
      if (isFirst) await this.#ownHeader(line);
      else await this.#member(line);
      isFirst = false;
    }
    this.#checkOrigin(end);
    if (this.#options.whole) this.#lockstep.checkEnd(end, this.#archive.layout.manifestTarOffset);
    const told = this.#options.tellHeader ? { header: this.#header } : {};
    return { files: this.#files, bytes: this.#bytes, ...told };
  }

  /** The manifest proves every member, so it is enough to know that. */
  #checkOrigin(end: EndLine | null): void {
    const { manifestSha256, backupId } = this.#options;
    if (manifestSha256 === null || end?.manifest_sha256 === manifestSha256) return;
    throw new BackupError('archive_corrupt', `The archive is not the one that was made here as ${backupId}.`);
  }

  async #ownHeader(entry: MemberEntry): Promise<void> {
    const header = new OwnHeader();
    header.begin(entry);
    await this.#input.drive(this.#lockstep.read(entry, (part) => header.add(part)));
    this.#header = header.check(this.#options.backupId);
  }

  async #member(entry: MemberEntry): Promise<void> {
    const { selection, whole } = this.#options;
    const wanted = selection.choose(entry);
    // The manifest says all of it, so nothing is read.
    if (wanted.kind === 'above') this.#staging.add(entry.member);
    if (wanted.kind !== 'place' && !whole) return;
    if (!whole) await this.#input.skipTo(entry.offset);
    if (wanted.kind !== 'place') await this.#input.drive(this.#lockstep.read(entry, ignore));
    else if (entry.member.type === 'file') await this.#input.drive(this.#file(entry, wanted.path));
    else await this.#input.drive(this.#other(entry));
    this.#progress.member(this.#bytes, this.#files);
  }

  *#file(entry: MemberEntry, place: Buffer): Generator<void, void, undefined> {
    const { member } = entry;
    const file = this.#staging.openFile(member, place);
    try {
      const onContent: ContentUse = (part) => {
        file.write(part);
        this.#bytes += part.length;
        this.#progress.bytes(this.#bytes, this.#files);
      };
      yield* this.#lockstep.read(entry, onContent);
      file.finish();
    } finally {
      file.close();
    }
    if (place !== member.path) this.#moved.set(member.path.toString('latin1'), place);
    this.#files += 1;
  }

  *#other(entry: MemberEntry): Generator<void, void, undefined> {
    const { member } = entry;
    yield* this.#lockstep.read(entry, ignore);
    const place = member.link === null ? undefined : this.#moved.get(member.link.toString('latin1'));
    if (place?.equals(member.path) === true) return;
    const isHardLink = member.type === 'hardlink';
    this.#staging.add(place !== undefined && isHardLink ? { ...member, link: place } : member);
    if (isHardLink) this.#files += 1;
  }
}
