/** Follows what Node-RED reads to where it really lies. Only places that Node-RED itself goes to are followed, each by its real path. */
import { lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { NodeRedSource } from '../backup-request.ts';
import { systemCode } from '../errors.ts';
import { wayInto } from '../io/file-identity.ts';
import { isWithin } from '../io/real-path.ts';
import { limitsFor } from './too-much.ts';
import { usedPlaces, type OutsideRole, type UsedPlace } from './used-places.ts';

/** Something outside the user directory that goes into a backup. */
export interface FollowedPlace {
  readonly role: OutsideRole;
  /** As Node-RED names it. */
  readonly given: string;
  /** Without links. */
  readonly path: string;
  readonly isFolder: boolean;
  /** The link in the user directory that leads there; null when it is another way. */
  readonly link: PlaceLink | null;
}

interface PlaceLink {
  /** Relative to the user directory, with `/`. */
  readonly name: string;
  /** As the link says it. */
  readonly target: string;
  /** Absolute: where the link itself lies. */
  readonly at: string;
}

/** Something that Node-RED reads and that does not go in. */
interface RefusedPlace {
  readonly role: OutsideRole;
  readonly given: string;
  /** A sentence for people. */
  readonly message: string;
}

export interface Followed {
  readonly places: readonly FollowedPlace[];
  readonly refused: readonly RefusedPlace[];
  /** By an exclude pattern. */
  readonly leftOut: readonly FollowedPlace[];
}

export interface FollowOptions {
  /** Identities of the folders where backups and the engine's state are kept. */
  readonly skipFolders: ReadonlySet<string>;
  /** Whether an exclude pattern leaves out something of the user directory. */
  readonly isLeftOut: (relative: string, isFolder: boolean) => boolean;
}

/** In whose folders people link single folders that lie elsewhere: a project, a kind of library, a flow's context. */
const WITH_CHILDREN: ReadonlySet<OutsideRole> = new Set(['projects', 'context', 'library']);

export function followPlaces(source: NodeRedSource, options: FollowOptions): Followed {
  const userDir = realpathSync(source.path);
  const { refusal } = limitsFor(userDir, options.skipFolders);
  const found = { places: [] as FollowedPlace[], refused: [] as RefusedPlace[], leftOut: [] as FollowedPlace[] };
  const seen = new Set<string>();
  const waiting: UsedPlace[] = [...usedPlaces(source)];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (seen.has(next.path)) continue;
    seen.add(next.path);
    const looked = lookAt(next, userDir, found.places);
    if (looked === null) continue;
    if (looked.kind === 'refused') {
      found.refused.push(looked.place);
      continue;
    }
    const { place } = looked;
    const fate = fateOf(place, { userDir, refusal, ...options });
    if (fate.kind === 'refused') found.refused.push(refusedPlace(next, fate.why));
    else if (fate.kind === 'left out') found.leftOut.push(place);
    else waiting.push(...childLinks(place));
    if (fate.kind === 'outside') found.places.push(place);
  }
  return found;
}

interface Rules extends FollowOptions {
  readonly userDir: string;
  readonly refusal: (real: string) => string | null;
}

type Fate = { readonly kind: 'inside' | 'outside' | 'left out' } | { readonly kind: 'refused'; readonly why: string };

function fateOf({ path, isFolder, link }: FollowedPlace, { userDir, refusal, isLeftOut }: Rules): Fate {
  if (wayInto(path, userDir) !== null) return { kind: 'inside' };
  if (link !== null && isLeftOut(link.name, isFolder)) return { kind: 'left out' };
  const why = refusal(path);
  if (why === null) return { kind: 'outside' };
  return { kind: 'refused', why: `leads to ${path}, which is not followed: ${why}` };
}

type Looked =
  | { readonly kind: 'there'; readonly place: FollowedPlace }
  | { readonly kind: 'refused'; readonly place: RefusedPlace };

/** Null for what is not there, or of another kind than Node-RED would use. */
function lookAt(used: UsedPlace, userDir: string, places: readonly FollowedPlace[]): Looked | null {
  const { role, path: given } = used;
  try {
    const isFolder = statSync(given).isDirectory();
    if (used.isFolder !== null && used.isFolder !== isFolder) return null;
    const path = realpathSync(given);
    // A name that is no text comes out as another.
    statSync(path);
    return { kind: 'there', place: { role, given, path, isFolder, link: linkAt(given, userDir, places) } };
  } catch (error) {
    const target = targetOf(given);
    if (target === null) return null;
    const what = systemCode(error) === 'ENOENT' ? 'which is not there' : `which cannot be read (${systemCode(error)})`;
    return { kind: 'refused', place: refusedPlace(used, `leads to ${target}, ${what}`) };
  }
}

function refusedPlace({ role, path: given }: UsedPlace, what: string): RefusedPlace {
  return { role, given, message: `${given} ${what}. What Node-RED has there is not in the backup.` };
}

/** The link in the user directory that a path is, directly or through one that was followed before. */
function linkAt(given: string, userDir: string, places: readonly FollowedPlace[]): PlaceLink | null {
  const target = targetOf(given);
  if (target === null) return null;
  const at = join(realpathSync(dirname(given)), basename(given));
  const folders = places.flatMap(({ path, link }) => (link === null ? [] : [{ path, name: link.name }]));
  const folder = [{ path: userDir, name: '' }, ...folders].find(({ path }) => isWithin(at, path));
  if (folder === undefined) return null;
  const name = [folder.name, ...relative(folder.path, at).split(sep)].filter((part) => part !== '').join('/');
  return { name, target, at };
}

/** Null for what is no link. */
function targetOf(path: string): string | null {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : null;
  } catch {
    return null;
  }
}

function childLinks({ role, given, isFolder }: FollowedPlace): UsedPlace[] {
  if (!isFolder || !WITH_CHILDREN.has(role)) return [];
  try {
    return readdirSync(given, { withFileTypes: true })
      .filter((entry) => entry.isSymbolicLink() && !entry.name.startsWith('.'))
      .map(({ name }) => ({ role, path: join(given, name), isFolder: true }));
  } catch {
    // Whoever reads the folder says that it cannot be read.
    return [];
  }
}
