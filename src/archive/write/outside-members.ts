/** Names in the archive for what Node-RED uses outside its user directory. */
import { basename, relative, sep } from 'node:path';
import type { NodeRedSource } from '../../backup-request.ts';
import type { FollowedPlace } from '../../installation/follow.ts';
import { projectsFolderOf } from '../../installation/project.ts';
import { isWithin } from '../../io/real-path.ts';
import type { OutsideFile } from '../backup-header.ts';

/** The label under which all of it lies. */
const LABEL = 'node-red-outside';
/** The folder that holds all projects. */
const PROJECTS = 'projects';
/** The folder that holds the active one when it does not lie with the others. */
const PROJECT = 'active-project';
const RESERVED = ['credential-secret.json', PROJECTS, PROJECT];

/** Something outside with its name. What lies in another such folder goes in with that, and has its name there. */
export interface NamedPlace extends FollowedPlace {
  readonly member: string;
  /** Whether it goes in with something else. */
  readonly isPart: boolean;
}

export function nameOutside(places: readonly FollowedPlace[], source: NodeRedSource): readonly NamedPlace[] {
  const roots = places.filter((place, i) => !isPart(place, i, places));
  const names = namesFor(roots, source);
  return places.map((place) => {
    const root = roots.find(({ path }) => isWithin(place.path, path)) ?? place;
    const way = relative(root.path, place.path).split(sep).join('/');
    const member = `${LABEL}/${names.get(root.path) ?? ''}${way === '' ? '' : `/${way}`}`;
    return { ...place, member, isPart: !roots.includes(place) };
  });
}

/** Of what is there by several ways, the first counts. */
function isPart(place: FollowedPlace, index: number, places: readonly FollowedPlace[]): boolean {
  return places.some((other, i) =>
    other.path === place.path ? i < index : other.isFolder && isWithin(place.path, other.path),
  );
}

function namesFor(roots: readonly FollowedPlace[], source: NodeRedSource): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  // Also apart where a disk takes large and small letters for the same.
  const taken = new Set(RESERVED);
  for (const root of roots) {
    const own = nameOfProjects(root, source);
    const name = own ?? freeName(root, taken);
    taken.add(name.toLowerCase());
    names.set(root.path, name);
  }
  return names;
}

function nameOfProjects({ role, given }: FollowedPlace, { path, facts }: NodeRedSource): string | null {
  if (role !== 'projects') return null;
  if (given === facts?.project?.folder) return PROJECT;
  return given === (facts?.projectsFolder ?? projectsFolderOf(null, path)) ? PROJECTS : null;
}

function freeName({ role, given }: FollowedPlace, taken: ReadonlySet<string>): string {
  const name = basename(given);
  const isFree = (each: string): boolean => !taken.has(each.toLowerCase());
  if (isFree(name)) return name;
  const byRole = name === role ? name : `${role}-${name}`;
  for (let i = 1; ; i++) {
    const numbered = i === 1 ? byRole : `${byRole}-${String(i)}`;
    if (isFree(numbered)) return numbered;
  }
}

export function outsideFile({ role, path, member, link }: NamedPlace): OutsideFile {
  return { role, path, member, ...(link !== null && { link: link.name }) };
}
