/** From what was asked for to what is walked: sources checked, with their rules and the files that are read as pairs. */
import { accessSync, constants, realpathSync, statSync, type BigIntStats } from 'node:fs';
import type { Clock } from '../../clock.ts';
import { BackupError, systemCode } from '../../errors.ts';
import type { CredentialSecret, NodeRedSource, SourceSpec } from '../../backup-request.ts';
import { flowsState } from '../../installation/deployed.ts';
import type { SourcesTask } from '../tasks.ts';
import type { HeaderInstallation, HeaderSource, OutsideFile } from '../backup-header.ts';
import { checkExcludes } from './exclude.ts';
import { headerInstallation, memberIn, type NodeRedPlaces } from './header-installation.ts';
import { flowMembers, flowPairs, nodeRedExcludes, outsideFiles, SECRET_MEMBER } from './node-red-source.ts';
import { projectsOutside } from './outside-projects.ts';
import { readPair, type Snapshot } from './stable-pair.ts';
import { identity, type WalkRules } from './walk.ts';

export interface SourceRoot {
  readonly label: Buffer;
  /** The source's folder or file, links resolved. */
  readonly path: Buffer;
  readonly stat: BigIntStats;
  readonly rules: WalkRules;
  /** By absolute path: content that was read beforehand. */
  readonly snapshots: ReadonlyMap<string, Snapshot>;
  readonly outside: readonly OutsideFile[];
  /** Folders that Node-RED uses outside its user directory; they are walked like a source. */
  readonly folders: readonly SourceRoot[];
  /** Name of the member that holds the flows which Node-RED runs, without which the backup is none. */
  readonly neededMember: string | null;
  /** What people should know although nothing has failed. */
  readonly notes: readonly string[];
  /** Of a Node-RED user directory; null when it is not known. */
  readonly secret: CredentialSecret | null;
  readonly header: HeaderSource;
  readonly installation: HeaderInstallation | null;
}

/**
 * @throws BackupError `source_not_found`, `source_unreadable` or `no_flows` for the first source that cannot be read
 */
export async function openSources(task: SourcesTask, clock: Clock, signal: AbortSignal): Promise<SourceRoot[]> {
  const skipFolders = new Set(task.skipFolders.flatMap(identityOf));
  const roots: SourceRoot[] = [];
  for (const source of task.sources) {
    roots.push(await openSource(source, { task, skipFolders, clock, signal }));
  }
  return roots;
}

interface OpenOptions {
  readonly task: SourcesTask;
  readonly skipFolders: ReadonlySet<string>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function openSource(source: SourceSpec, options: OpenOptions): Promise<SourceRoot> {
  const { path, stat } = look(source);
  const { excludeCaches, excludeIfPresent } = options.task;
  const exclude = checked(source.kind === 'node-red' ? nodeRedExcludes(source) : source.exclude);
  const { label, kind } = source;
  const root: SourceRoot = {
    label: Buffer.from(label),
    path: Buffer.from(path),
    stat,
    rules: { exclude, excludeCaches, excludeIfPresent, skipFolders: options.skipFolders },
    snapshots: new Map<string, Snapshot>(),
    outside: [],
    folders: [],
    neededMember: null,
    notes: [],
    secret: null,
    header: { label, path: source.path, kind },
    installation: null,
  };
  return source.kind === 'node-red' ? withNodeRed(root, source, options) : root;
}

async function withNodeRed(root: SourceRoot, source: NodeRedSource, options: OpenOptions): Promise<SourceRoot> {
  if (!root.stat.isDirectory()) {
    throw new BackupError('source_not_found', `The Node-RED user directory ${source.path} is not a folder.`);
  }
  const flows = flowsState(source);
  if (flows.kind === 'missing') throw new BackupError('no_flows', flows.message);
  const snapshots = new Map<string, Snapshot>();
  for (const pair of flowPairs(source)) {
    const read = await readPair(pair, options.clock, options.signal);
    for (const [file, snapshot] of read) snapshots.set(realpathSync(file), snapshot);
  }
  const outside = outsideFiles(source);
  const folders = projectsOutside(source);
  const members = flowMembers(source, outside);
  const places = { source, folders };
  return {
    ...root,
    snapshots,
    outside,
    folders: folders.map((place) => folderOf({ ...root, snapshots }, place)),
    neededMember: flows.kind === 'there' ? neededMember(flows.file, places, members.flow_file) : null,
    notes: flows.kind === 'never' ? [flows.message] : [],
    secret: source.credentialSecret,
    header: {
      ...root.header,
      outside: [...outside, ...folders],
      ...members,
      ...(source.credentialSecret === null ? {} : { credential_secret: SECRET_MEMBER }),
    },
    installation: headerInstallation(places),
  };
}

/**
 * @param file - that holds the flows; null when it is not known which does
 * @param byRole - the member of the settings' flow file, which goes in wherever it lies
 */
function neededMember(file: string | null, places: NodeRedPlaces, byRole: string | undefined): string | null {
  if (file === null) return null;
  const hasProject = (places.source.facts?.project ?? null) !== null;
  const member = memberIn(places, file) ?? (hasProject ? undefined : byRole);
  if (member !== undefined) return member;
  const what = `The flows that Node-RED runs, ${file}, lie behind a link that leads out of their project.`;
  throw new BackupError('no_flows', `${what} Put them into the project, so that they are backed up with it.`);
}

/** Patterns with a path in them are meant for the user directory. */
function folderOf(root: SourceRoot, { path, member }: OutsideFile): SourceRoot {
  const exclude = root.rules.exclude.filter((pattern) => !/^[^*].*\/./.test(pattern) && !pattern.startsWith('/'));
  const stat = statSync(path, { bigint: true });
  return { ...root, label: Buffer.from(member), path: Buffer.from(path), stat, rules: { ...root.rules, exclude } };
}

function look(source: SourceSpec): { path: string; stat: BigIntStats } {
  const named = `The source "${source.label}" (${source.path})`;
  try {
    const path = realpathSync(source.path);
    const stat = statSync(path, { bigint: true });
    if (!stat.isDirectory() && !stat.isFile()) {
      throw new BackupError('source_unreadable', `${named} is neither a folder nor a file.`);
    }
    accessSync(path, stat.isDirectory() ? constants.R_OK | constants.X_OK : constants.R_OK);
    return { path, stat };
  } catch (error) {
    if (error instanceof BackupError) throw error;
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new BackupError('source_not_found', `${named} is not there. Correct its path, or mount it.`, {
        cause: error,
      });
    }
    throw new BackupError(
      'source_unreadable',
      `${named} cannot be read: ${code ?? String(error)}. Check its permissions.`,
      {
        cause: error,
      },
    );
  }
}

function checked(patterns: readonly string[]): readonly string[] {
  checkExcludes(patterns);
  return patterns;
}

function identityOf(folder: string): string[] {
  try {
    return [identity(statSync(folder, { bigint: true }))];
  } catch {
    // Not there, so nothing can lead into it.
    return [];
  }
}
