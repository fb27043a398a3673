/** Restores archives that mean harm, and looks whether any was done. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RestoreResult, RestoreTask, VerifyTask } from '../../src/archive/tasks.ts';
import { BackupError, type ErrorCode } from '../../src/errors.ts';
import { BACKUP_ID, restore, verify } from './archives.ts';
import { buildTar, type BuildOptions, type BuiltTar, type Entry } from './built-archive.ts';
import { isLongRun } from './figures.ts';
import { tempFolder } from './temp-folder.ts';
import { look, type SeenEntry } from './trees.ts';
import { wrapTar, WRAPPINGS, type Wrapping, type WrapOptions } from './wrapped-archive.ts';

/** A whole archive file and what its sidecar says. */
export interface Stored {
  readonly bytes: Buffer;
  readonly wrapping: Wrapping;
  readonly expected: NonNullable<VerifyTask['expected']>;
}

/** An archive file with a sidecar that tells just what it is. */
export async function stored(built: BuiltTar, wrapping: Wrapping, options: Partial<WrapOptions> = {}): Promise<Stored> {
  return told(await wrapTar(built.tar, built.manifestAt, { ...wrapping, ...options }), built, wrapping);
}

/** Any bytes, with a sidecar that agrees with them. */
export function told(
  bytes: Buffer,
  { files, bytes: sum }: Pick<BuiltTar, 'files' | 'bytes'>,
  wrapping: Wrapping,
): Stored {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { bytes, wrapping, expected: { backupId: BACKUP_ID, size: bytes.length, sha256, files, bytes: sum } };
}

/** A folder with a secret, links, and a target in it that is not empty; the archive lies there too. */
export class Surroundings {
  readonly folder: string;
  readonly target: string;
  readonly secret: string;
  readonly archive: string;
  readonly #before: Map<string, SeenEntry>;

  constructor(folder: string) {
    this.folder = folder;
    this.target = join(folder, 'target');
    this.secret = join(folder, 'outside', 'secret');
    this.archive = join(folder, 'archive');
    mkdirSync(join(folder, 'outside'));
    mkdirSync(this.target);
    writeFileSync(this.secret, 'secret', { mode: 0o600 });
    writeFileSync(join(this.target, 'mine'), 'mine');
    symlinkSync(join(folder, 'outside'), join(this.target, 'way-out'));
    symlinkSync(this.secret, join(this.target, 'to-secret'));
    this.#before = this.#now();
  }

  restore({ bytes, wrapping }: Stored, changes: Partial<RestoreTask> = {}): Promise<RestoreResult> {
    writeFileSync(this.archive, bytes);
    return restore(this.archive, this.target, { ...wrapping, ...changes });
  }

  /** @returns the messages of what verify finds */
  async problems({ bytes, wrapping, expected }: Stored): Promise<string[]> {
    writeFileSync(this.archive, bytes);
    return (await verify(this.archive, { ...wrapping, expected })).problems.map(({ message }) => message);
  }

  /** Everything is as it was: names, contents, modes, links and times, and nothing is staged any more. */
  assertUntouched(): void {
    assert.deepEqual(this.#now(), this.#before);
  }

  /** The same of all that is not in the target. */
  assertOutsideUntouched(): void {
    const outside = (seen: Map<string, SeenEntry>): unknown =>
      [...seen].filter(([name]) => !name.startsWith('target/'));
    assert.deepEqual(outside(this.#now()), outside(this.#before));
  }

  /** The whole refusal: its code, its message, and that nothing happened. */
  async assertRefused(archive: Stored, why: Refusal): Promise<void> {
    await assert.rejects(this.restore(archive, why.changes), (error: unknown) => {
      assert.ok(error instanceof BackupError, String(error));
      assert.match(error.message, why.message);
      assert.equal(error.code, why.code ?? 'archive_corrupt', error.message);
      return true;
    });
    this.assertUntouched();
  }

  /** Without the archive, and without the times of folders in which something may have come and gone. */
  #now(): Map<string, SeenEntry> {
    const seen = look(this.folder);
    seen.delete('archive');
    for (const [name, entry] of seen) if (entry.what === 'folder') seen.set(name, { ...entry, seconds: 0 });
    return seen;
  }
}

export interface Refusal {
  readonly message: RegExp;
  readonly code?: ErrorCode;
  readonly changes?: Partial<RestoreTask>;
}

/** An archive that is refused, and one that is as like it as can be and does no harm. */
export interface HostileCase extends Refusal {
  readonly entries: readonly Entry[];
  readonly options?: BuildOptions;
  readonly twin: readonly Entry[];
  /** Verify cannot know it: it makes nothing. */
  readonly onlyOnRestore?: boolean;
}

/** The ways to store the case of this number: all of them in a long run, else plainly and one more in turn. */
function wrappingsOf(index: number): readonly (readonly [string, Wrapping])[] {
  const all = Object.entries(WRAPPINGS);
  return isLongRun ? all : all.filter((_, i) => i === 0 || i === 1 + (index % (all.length - 1)));
}

/** A test for each case and each way to store it. */
export function hostileCases(cases: (folder: string) => Readonly<Record<string, HostileCase>>): void {
  const folder = tempFolder();
  for (const [index, title] of Object.keys(cases('/somewhere')).entries()) {
    it(`is refused for ${title}, and its harmless twin is restored`, async function () {
      for (const [name, wrapping] of wrappingsOf(index)) {
        const place = join(folder(), name);
        mkdirSync(place);
        const around = new Surroundings(place);
        const one = cases(place)[title];
        assert.ok(one !== undefined);
        const hostile = await stored(buildTar(one.entries, one.options), wrapping);
        await around.assertRefused(hostile, one);
        assert.equal((await around.problems(hostile)).length > 0, one.onlyOnRestore !== true);
        const twin = await stored(buildTar(one.twin), wrapping);
        assert.deepEqual(await around.problems(twin), []);
        await around.restore(twin, one.changes);
        assertRestored(around.target, one.twin);
        around.assertOutsideUntouched();
      }
    });
  }
}

/** Byte for byte what the entries say, for those whose times are at the epoch. */
export function assertRestored(target: string, entries: readonly Entry[]): void {
  const seen = look(target);
  for (const { member, content = Buffer.alloc(0) } of entries) {
    const name = member.path.toString('latin1');
    const entry = seen.get(name);
    assert.ok(entry !== undefined, `${name} is missing`);
    assert.equal(entry.seconds, 0, name);
    switch (member.type) {
      case 'directory':
        assert.equal(entry.what, 'folder', name);
        break;
      case 'symlink':
        assert.equal(entry.what, `-> ${member.link?.toString() ?? ''}`);
        break;
      case 'hardlink':
        assert.ok(entry.links > 1, name);
        assert.equal(entry.what, seen.get(member.link?.toString('latin1') ?? '')?.what, name);
        break;
      case 'file':
        assert.equal(entry.what, createHash('sha256').update(content).digest('hex'), name);
    }
    if (member.type !== 'symlink') assert.equal(lstatMode(target, member.path), member.mode & 0o777, name);
  }
}

function lstatMode(target: string, path: Buffer): number {
  return lstatSync(Buffer.concat([Buffer.from(`${target}/`), path])).mode & 0o7777;
}
