/** From a Node-RED user directory to what is walked for it, inside and outside. */
import { realpathSync, statSync } from 'node:fs';
import type { NodeRedSource } from '../../backup-request.ts';
import type { Clock } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import { flowsState } from '../../installation/deployed.ts';
import { followPlaces, type Followed } from '../../installation/follow.ts';
import { linkedModules } from '../../installation/linked-modules.ts';
import { identityAt } from '../../io/file-identity.ts';
import { isKernelMount, readMounts } from '../../io/mounts.ts';
import { isWithin } from '../../io/real-path.ts';
import { excluder } from './exclude.ts';
import { headerInstallation, memberIn, type NodeRedPlaces } from './header-installation.ts';
import { flowMembers, flowPairs, NODE_MODULES, SECRET_MEMBER } from './node-red-source.ts';
import { OtherLinks } from './other-links.ts';
import { nameOutside, outsideFile, type NamedPlace } from './outside-members.ts';
import type { SourceRoot } from './source-root.ts';
import { readPair, type Snapshot } from './stable-pair.ts';

interface OpenOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Without these the backup would be of another Node-RED, so that a backup fails that cannot read one. */
const VITAL: ReadonlySet<string> = new Set(['settings', 'flows', 'credentials']);

/**
 * @param root - of the user directory as a folder
 * @throws BackupError `no_flows` or `source_unreadable` when its flows cannot get into the backup
 */
export async function nodeRedRoot(root: SourceRoot, source: NodeRedSource, options: OpenOptions): Promise<SourceRoot> {
  const flows = flowsState(source);
  if (flows.kind === 'missing') throw new BackupError('no_flows', flows.message);
  const { rules } = root;
  const excluded = excluder(rules.exclude);
  const isLeftOut = (relative: string, isFolder: boolean): boolean => excluded(Buffer.from(relative), isFolder);
  const followed = followPlaces(source, { skipFolders: rules.skipFolders, isLeftOut });
  const places: NodeRedPlaces = { source, outside: nameOutside(followed.places, source), isLeftOut };
  refuseProject(source, followed);
  const needed = flows.kind === 'there' && flows.file !== null ? neededMember(flows.file, places, followed) : null;
  const snapshots = await snapshotsOf(source, options);
  const members = flowMembers(places);
  const whole = { ...root, snapshots, otherLinks: otherLinksOf(places) };
  const roots = places.outside.filter(({ isPart }) => !isPart);
  return {
    ...whole,
    files: roots.filter(({ role }) => VITAL.has(role)),
    folders: roots.filter(({ role }) => !VITAL.has(role)).map((place) => outsideRoot(whole, place)),
    neededMember: needed,
    notes: [...(flows.kind === 'never' ? [flows.message] : []), ...notesOf(source, followed)],
    secret: source.credentialSecret,
    header: {
      ...root.header,
      outside: places.outside.map(outsideFile),
      ...members,
      ...(source.credentialSecret === null ? {} : { credential_secret: SECRET_MEMBER }),
    },
    installation: headerInstallation(places),
  };
}

async function snapshotsOf(source: NodeRedSource, { clock, signal }: OpenOptions): Promise<Map<string, Snapshot>> {
  const snapshots = new Map<string, Snapshot>();
  for (const pair of flowPairs(source)) {
    const read = await readPair(pair, clock, signal);
    for (const [file, snapshot] of read) snapshots.set(realpathSync(file), snapshot);
  }
  return snapshots;
}

/** Flows cannot be told from the rest of the machine. */
function refuseProject({ facts }: NodeRedSource, { refused }: Followed): void {
  const folder = facts?.project?.folder;
  const found = refused.find(({ role, given }) => role === 'projects' && given === folder);
  if (found === undefined) return;
  throw new BackupError(
    'source_unreadable',
    `The active project cannot be backed up: ${found.message} Give projects a folder of their own.`,
  );
}

/** @param file - that holds the flows */
function neededMember(file: string, places: NodeRedPlaces, { refused, leftOut }: Followed): string {
  const member = memberIn(places, file);
  if (member !== null) return member;
  const isAround = ({ given }: { readonly given: string }): boolean => isWithin(file, given);
  const why = leftOut.some(isAround) ? 'An exclude pattern leaves them out.' : refused.find(isAround)?.message;
  const what = `The flows that Node-RED runs, ${file}, do not get into the backup.`;
  const advice = 'A backup without flows would bring none back, so none is made.';
  throw new BackupError('no_flows', [what, why, advice].filter((text) => text !== undefined).join(' '));
}

function notesOf(source: NodeRedSource, { refused }: Followed): readonly string[] {
  return [...refused.map(({ message }) => message), ...moduleNotes(source)];
}

function moduleNotes({ path, linkedModules: taken = false }: NodeRedSource): readonly string[] {
  const modules = linkedModules(path);
  const missing = modules.filter(({ isThere }) => !isThere);
  const left = taken ? [] : modules.filter(({ isThere }) => isThere);
  const listed = (each: typeof modules): string => each.map(({ name, path: at }) => `${name} (${at})`).join(', ');
  const outside = 'are used from outside the user directory and are not in the backup';
  return [
    ...(left.length === 0 ? [] : [`Modules ${outside}: ${listed(left)}. Linked modules can be taken along.`]),
    ...(missing.length === 0 ? [] : [`Modules ${outside}, because they are not there: ${listed(missing)}.`]),
  ];
}

function otherLinksOf({ source, outside }: NodeRedPlaces): OtherLinks {
  const userDir = realpathSync(source.path);
  const known = outside.flatMap(({ link }) => (link === null ? [] : [link.at]));
  return new OtherLinks([userDir, ...outside.map(({ path }) => path)], new Set(known));
}

/** By a link, patterns hold as if its content lay where the link does; elsewhere those with a path in them are not meant. */
function outsideRoot(root: SourceRoot, { path, member, link, role }: NamedPlace): SourceRoot {
  const { rules } = root;
  const isGeneral = (pattern: string): boolean => !/^[^*].*\/./.test(pattern) && !pattern.startsWith('/');
  const exclude = link === null ? rules.exclude.filter(isGeneral) : rules.exclude;
  return {
    ...root,
    label: Buffer.from(member),
    path: Buffer.from(path),
    stat: statSync(path, { bigint: true }),
    rules: {
      ...rules,
      exclude: role === 'module' ? [...exclude, NODE_MODULES] : exclude,
      base: link === null ? '' : `${link.name}/`,
      skipFolders: neverEntered(root, path),
    },
  };
}

/** The user directory would come twice, and the kernel's files are none. */
function neverEntered({ path: userDir, rules }: SourceRoot, folder: string): ReadonlySet<string> {
  const inside = readMounts().filter((mount) => isKernelMount(mount) && isWithin(mount.point, folder));
  const places = [userDir.toString(), ...inside.map(({ point }) => point)];
  return new Set([...rules.skipFolders, ...places.map(identityAt).filter((id) => id !== null)]);
}
