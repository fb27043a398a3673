/** What lies in a source, depth first, children sorted by their bytes. Names are bytes. All calls are synchronous: it runs in a worker. */
import { lstatSync, readdirSync, type BigIntStats } from 'node:fs';
import { systemCode } from '../../errors.ts';
import { identity } from '../../io/file-identity.ts';
import type { SkippedReason } from '../format/manifest-line.ts';
import { excluder, type Excluded } from './exclude.ts';
import { isCacheFolder } from './cache-folder.ts';

/** Something found in a source. */
export type Found =
  | { readonly kind: 'entry'; readonly path: Buffer; readonly name: Buffer; readonly stat: BigIntStats }
  | { readonly kind: 'skipped'; readonly name: Buffer; readonly reason: SkippedReason }
  | {
      readonly kind: 'failed';
      readonly name: Buffer;
      readonly reason: 'vanished' | 'unreadable';
      readonly error: unknown;
    };

/** What is left out of one source, as plain data. */
export interface WalkRules {
  /** gitignore syntax. */
  readonly exclude: readonly string[];
  /** Stands before names when the patterns are asked: where the folder would lie in what they are meant for. Empty, or ends with `/`. */
  readonly base: string;
  readonly excludeCaches: boolean;
  readonly excludeIfPresent: readonly string[];
  /** `device:inode` of folders that are never entered. */
  readonly skipFolders: ReadonlySet<string>;
}

interface WalkOptions {
  readonly excluded: Excluded;
  readonly excludeCaches: boolean;
  readonly markers: readonly Buffer[];
  readonly skipFolders: ReadonlySet<string>;
}

const SLASH = Buffer.from('/');

/** What is left out because it is neither file, folder nor link. */
function specialKind(stat: BigIntStats): SkippedReason | null {
  if (stat.isFile() || stat.isDirectory() || stat.isSymbolicLink()) return null;
  if (stat.isSocket()) return 'socket';
  if (stat.isFIFO()) return 'fifo';
  return stat.isBlockDevice() || stat.isCharacterDevice() ? 'device' : 'other';
}

/** A folder that is being walked: its path on disk and its name relative to the source (empty for the source itself). */
interface Folder {
  readonly path: Buffer;
  readonly relative: Buffer;
}

/**
 * Everything below `root`; the root itself is not given.
 *
 * @param root - absolute path of a folder
 * @param label - the source's label, which every name begins with
 */
export function* walk(root: Buffer, label: Buffer, rules: WalkRules): Generator<Found, void, undefined> {
  const options: WalkOptions = {
    excluded: excluderBelow(rules),
    excludeCaches: rules.excludeCaches,
    markers: rules.excludeIfPresent.map((name) => Buffer.from(`/${name}`)),
    skipFolders: rules.skipFolders,
  };
  yield* walkFolder({ path: root, relative: Buffer.alloc(0) }, Buffer.concat([label, SLASH]), options);
}

function excluderBelow({ exclude, base }: WalkRules): Excluded {
  const excluded = excluder(exclude);
  if (base === '') return excluded;
  const before = Buffer.from(base);
  return (relative, isDirectory) => excluded(Buffer.concat([before, relative]), isDirectory);
}

function* walkFolder(folder: Folder, prefix: Buffer, options: WalkOptions): Generator<Found, void, undefined> {
  let names: Buffer[];
  try {
    names = readdirSync(folder.path, { encoding: 'buffer' }).sort((a, b) => a.compare(b));
  } catch (error) {
    const name = Buffer.concat([prefix.subarray(0, -1), SLASH, folder.relative]);
    yield failed(folder.relative.length === 0 ? prefix.subarray(0, -1) : name, error);
    return;
  }
  const base = Buffer.concat([folder.path, SLASH]);
  const relativeBase = folder.relative.length === 0 ? folder.relative : Buffer.concat([folder.relative, SLASH]);
  for (const child of names) {
    const path = Buffer.concat([base, child]);
    const relative = Buffer.concat([relativeBase, child]);
    yield* walkChild({ path, relative }, prefix, options);
  }
}

function* walkChild(child: Folder, prefix: Buffer, options: WalkOptions): Generator<Found, void, undefined> {
  const name = Buffer.concat([prefix, child.relative]);
  let stat: BigIntStats;
  try {
    stat = lstatSync(child.path, { bigint: true });
  } catch (error) {
    if (!options.excluded(child.relative, false)) yield failed(name, error);
    return;
  }
  const isFolder = stat.isDirectory();
  if (options.excluded(child.relative, isFolder)) return;
  const special = specialKind(stat);
  if (special !== null) {
    yield { kind: 'skipped', name, reason: special };
    return;
  }
  if (isFolder && leftOut(child.path, stat, options)) return;
  yield { kind: 'entry', path: child.path, name, stat };
  if (isFolder) yield* walkFolder(child, prefix, options);
}

function leftOut(path: Buffer, stat: BigIntStats, options: WalkOptions): boolean {
  if (options.skipFolders.has(identity(stat))) return true;
  if (options.excludeCaches && isCacheFolder(path)) return true;
  return options.markers.some((marker) => exists(Buffer.concat([path, marker])));
}

function exists(path: Buffer): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

function failed(name: Buffer, error: unknown): Found {
  const reason = systemCode(error) === 'ENOENT' ? 'vanished' : 'unreadable';
  return { kind: 'failed', name, reason, error };
}
