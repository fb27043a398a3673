/** Proves that an archive is whole and is what its sidecar and its manifest say. Runs in a worker thread. */
import { BackupError, toBackupError } from '../../errors.ts';
import { openFileSource } from '../../io/byte-source.ts';
import type { TaskContext, TaskProblem, VerifyResult, VerifyTask } from '../tasks.ts';
import type { EndLine } from '../format/manifest-line.ts';
import { checkFile, fileOf } from './check-file.ts';
import { Lockstep, memberError, type MemberEntry } from './lockstep.ts';
import { openArchive, type OpenArchive } from './open-archive.ts';
import { OwnHeader } from './own-header.ts';
import { ProgressSteps } from './progress-steps.ts';
import { TarInput } from './tar-input.ts';

const MOST_PROBLEMS = 100;

/**
 * @returns every problem that was found; errors of reading the file itself are thrown
 */
export async function verifyArchive(task: VerifyTask, context: TaskContext): Promise<VerifyResult> {
  let archive: OpenArchive;
  try {
    archive = await openArchive({ ...task, niceness: context.niceness, signal: context.signal });
  } catch (error) {
    const problem = problemOf(error);
    const outside = problem.code.startsWith('key_') ? await checkUnopened(task, context) : [];
    return { problems: [...outside, problem], files: 0, bytes: 0 };
  }
  try {
    // The file is read twice at a time: as a whole, and for its members.
    const progress = new ProgressSteps(context, archive.file.size + archive.layout.tarSize);
    const [outside, members] = await bothSettled(
      checkFile(fileOf(archive), task.expected, { ...context, progress }),
      new MemberCheck(archive, task.expected, progress).run(),
    );
    const problems = [...outside.map(problemOf), ...members.problems].slice(0, MOST_PROBLEMS);
    const { header, failed } = members;
    const told = task.tellHeader === true && header !== undefined ? { header, failed } : {};
    return { problems, files: members.files, bytes: members.bytes, ...told };
  } finally {
    await archive.close();
  }
}

/** Waits for both also when one fails: what they read from is closed afterwards. */
async function bothSettled<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}

/** Whether the file is what its sidecar says can be known without the key. */
async function checkUnopened({ path, expected }: VerifyTask, context: TaskContext): Promise<TaskProblem[]> {
  const file = openFileSource(path);
  try {
    const progress = new ProgressSteps(context, file.size);
    const problems = await checkFile({ file, stream: null }, expected, { ...context, progress });
    return problems.map(problemOf);
  } finally {
    await file.close();
  }
}

const PROBLEM_CODES: readonly TaskProblem['code'][] = [
  'archive_corrupt',
  'unsupported_format',
  'key_missing',
  'key_incorrect',
];

/** @throws what is no damage */
function problemOf(error: unknown): TaskProblem {
  const known = toBackupError(error, 'archive_corrupt');
  const code = PROBLEM_CODES.find((each) => each === known.code);
  if (code === undefined) throw known;
  const member = known.data['member'];
  return { code, member: typeof member === 'string' ? member : null, message: known.message };
}

type MembersResult = VerifyResult & { readonly failed: number };

/** What the sidecar says of the contents, as far as it says something. */
function told(expected: VerifyTask['expected']): { readonly files?: number; readonly bytes?: number } {
  const { files = null, bytes = null } = expected ?? {};
  return { ...(files !== null && { files }), ...(bytes !== null && { bytes }) };
}

/** Reads all members, on behind those that are damaged. */
class MemberCheck {
  readonly #archive: OpenArchive;
  readonly #input: TarInput;
  readonly #lockstep: Lockstep;
  readonly #header = new OwnHeader();
  readonly #expected: VerifyTask['expected'];
  readonly #progress: ProgressSteps;
  readonly #problems: TaskProblem[] = [];
  #isFirst = true;
  #fields: Readonly<Record<string, unknown>> | null = null;

  constructor(archive: OpenArchive, expected: VerifyTask['expected'], progress: ProgressSteps) {
    this.#archive = archive;
    this.#input = new TarInput(archive.pieces());
    this.#lockstep = new Lockstep(this.#input);
    this.#expected = expected;
    this.#progress = progress;
  }

  async run(): Promise<MembersResult> {
    const problems = this.#problems;
    let failed = 0;
    try {
      let end: EndLine | null = null;
      for await (const line of this.#archive.manifest()) {
        if (line.kind === 'member') await this.#check(line);
        if (line.kind === 'end') end = line.end;
        if (line.kind === 'failed') failed += 1;
        if (problems.length >= MOST_PROBLEMS) break;
      }
      // What was left out by a damage would be found missing here again.
      if (problems.length === 0) this.#checkEnd(end);
    } catch (error) {
      problems.push(problemOf(error));
    }
    const { files, bytes } = this.#lockstep;
    return { problems, files, bytes, failed, ...(this.#fields !== null && { header: this.#fields }) };
  }

  async #check(entry: MemberEntry): Promise<void> {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    try {
      if (this.#problems.length > 0) await this.#input.skipTo(entry.offset);
      if (isFirst) this.#header.begin(entry);
      await this.#input.drive(this.#lockstep.read(entry, (part) => this.#use(part, isFirst)));
      if (isFirst) this.#fields = this.#header.check(this.#expected?.backupId ?? null);
    } catch (error) {
      this.#problems.push(problemOf(named(error, entry)));
    }
    this.#progress.member(this.#read(), this.#lockstep.files);
  }

  #use(part: Buffer, isFirst: boolean): void {
    if (isFirst) this.#header.add(part);
    this.#progress.bytes(this.#read(), this.#lockstep.files);
  }

  #read(): number {
    return this.#input.offset;
  }

  #checkEnd(end: EndLine | null): void {
    this.#lockstep.checkEnd(end, this.#archive.layout.manifestTarOffset);
    const { files, bytes } = this.#lockstep;
    const expected = { files, bytes, ...told(this.#expected) };
    if (expected.files === files && expected.bytes === bytes) return;
    throw new BackupError('archive_corrupt', 'The archive does not hold as many files and bytes as its sidecar says.');
  }
}

/** The error, with the member that it befell. */
function named(error: unknown, entry: MemberEntry): unknown {
  if (!(error instanceof BackupError) || error.code !== 'archive_corrupt' || 'member' in error.data) return error;
  return memberError(entry, `it cannot be read (${error.message.replace(/\.$/, '')})`, error);
}
