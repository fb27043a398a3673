/** From what was asked for to what is walked: sources checked, with their rules and the files that are read as pairs. */
import { accessSync, constants, realpathSync, statSync, type BigIntStats } from 'node:fs';
import type { Clock } from '../../clock.ts';
import { BackupError, systemCode } from '../../errors.ts';
import type { CredentialSecret, SourceSpec } from '../../backup-request.ts';
import type { SourcesTask } from '../tasks.ts';
import type { HeaderSource, OutsideFile } from '../backup-header.ts';
import { checkExcludes } from './exclude.ts';
import { flowMembers, flowPairs, nodeRedExcludes, outsideFiles, SECRET_MEMBER } from './node-red-source.ts';
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
  /** Of a Node-RED user directory; null when it is not known. */
  readonly secret: CredentialSecret | null;
  readonly header: HeaderSource;
}

/**
 * @throws BackupError `source_not_found` or `source_unreadable` for the first source that cannot be read
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
  const nodeRed = source.kind === 'node-red' ? source : null;
  if (nodeRed !== null && !stat.isDirectory()) {
    throw new BackupError('source_not_found', `The Node-RED user directory ${source.path} is not a folder.`);
  }
  const outside = nodeRed === null ? [] : outsideFiles(nodeRed);
  const snapshots = new Map<string, Snapshot>();
  for (const pair of nodeRed === null ? [] : flowPairs(nodeRed)) {
    const read = await readPair(pair, options.clock, options.signal);
    for (const [file, snapshot] of read) snapshots.set(realpathSync(file), snapshot);
  }
  return {
    label: Buffer.from(source.label),
    path: Buffer.from(path),
    stat,
    rules: {
      exclude: checked(nodeRed === null ? source.exclude : nodeRedExcludes(nodeRed)),
      excludeCaches: options.task.excludeCaches,
      excludeIfPresent: options.task.excludeIfPresent,
      skipFolders: options.skipFolders,
    },
    snapshots,
    outside,
    secret: nodeRed?.credentialSecret ?? null,
    header: {
      label: source.label,
      path: source.path,
      kind: source.kind,
      ...(nodeRed === null ? {} : { outside, ...flowMembers(nodeRed, outside) }),
      ...((nodeRed?.credentialSecret ?? null) === null ? {} : { credential_secret: SECRET_MEMBER }),
    },
  };
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
