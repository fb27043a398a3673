/** From what was asked for to what is walked: sources checked, with their rules and the files that are read as pairs. */
import { accessSync, constants, realpathSync, statSync, type BigIntStats } from 'node:fs';
import type { Clock } from '../../clock.ts';
import { BackupError, systemCode } from '../../errors.ts';
import type { NodeRedSource, SourceSpec } from '../../backup-request.ts';
import { identityAt } from '../../io/file-identity.ts';
import type { SourcesTask } from '../tasks.ts';
import { checkExcludes } from './exclude.ts';
import { nodeRedRoot } from './node-red-root.ts';
import { nodeRedExcludes } from './node-red-source.ts';
import type { SourceRoot } from './source-root.ts';
import type { Snapshot } from './stable-pair.ts';

/**
 * @throws BackupError `source_not_found`, `source_unreadable` or `no_flows` for the first source that cannot be read
 */
export async function openSources(task: SourcesTask, clock: Clock, signal: AbortSignal): Promise<SourceRoot[]> {
  const skipFolders = new Set(task.skipFolders.map(identityAt).filter((id) => id !== null));
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
    rules: { exclude, base: '', excludeCaches, excludeIfPresent, skipFolders: options.skipFolders },
    snapshots: new Map<string, Snapshot>(),
    files: [],
    folders: [],
    neededMember: null,
    notes: [],
    otherLinks: null,
    secret: null,
    header: { label, path: source.path, kind },
    installation: null,
  };
  return source.kind === 'node-red' ? withNodeRed(root, source, options) : root;
}

async function withNodeRed(root: SourceRoot, source: NodeRedSource, options: OpenOptions): Promise<SourceRoot> {
  if (root.stat.isDirectory()) return nodeRedRoot(root, source, options);
  throw new BackupError('source_not_found', `The Node-RED user directory ${source.path} is not a folder.`);
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
