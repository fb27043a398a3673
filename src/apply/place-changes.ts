/** What cannot come to its place, because something is mounted there that may not be written or is of another kind, is laid beside. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';
import { credentialsFileOf } from '../credentials-file.ts';
import { systemCode } from '../errors.ts';
import { mountPoints, type MountPoints } from '../io/mount-points.ts';
import { isWithin } from '../io/real-path.ts';
import type { Change } from './plan-tree.ts';
import { look } from './swap.ts';

interface Placed {
  readonly changes: readonly Change[];
  /** A sentence for each thing that is not where it was. */
  readonly problems: readonly string[];
}

/** Why a change cannot be made. */
type Obstacle = 'read-only' | 'mounted' | 'together';

export function placeChanges(changes: readonly Change[], userDir: string): Placed {
  const mounts = mountPoints();
  const needed = changes.filter((change) => !isAlready(change, mounts));
  const obstacles = new Map<Change, Obstacle>();
  for (const change of needed) {
    const obstacle = obstacleOf(change, mounts);
    if (obstacle !== null) obstacles.set(change, obstacle);
  }
  keepTogether(needed, obstacles, userDir);
  if (obstacles.size === 0) return { changes: needed, problems: [] };
  const free = needed.filter((change) => !obstacles.has(change));
  const beside = layBeside(obstacles, { userDir, mounts });
  return { changes: [...free, ...beside.changes], problems: beside.problems };
}

/** What is mounted keeps its owner and mode, so that only its content counts. */
function isAlready({ target, next }: Change, mounts: MountPoints): boolean {
  if (next === null) return look(target) === null;
  if (!isFile(target) || !isFile(next)) return false;
  if (!mounts.isPoint(target) && !isReadOnly(dirname(target))) return false;
  return readFileSync(target).equals(readFileSync(next));
}

function obstacleOf({ target, next }: Change, mounts: MountPoints): Obstacle | null {
  if (!mounts.isPoint(target)) return isReadOnly(dirname(target)) ? 'read-only' : null;
  if (next === null || !isFile(target) || !isFile(next)) return 'mounted';
  return isLocked(target, () => true) ? 'read-only' : null;
}

/** Flows, their credentials and the secret of these come all or none: one without the others would lose passwords. */
function keepTogether(changes: readonly Change[], obstacles: Map<Change, Obstacle>, userDir: string): void {
  const secret = join(userDir, '.config.runtime.json');
  for (const flows of changes) {
    if (flows.next === null || extname(flows.target) !== '.json') continue;
    const credentials = changes.find(({ target }) => target === credentialsFileOf(flows.target, userDir));
    if (credentials === undefined) continue;
    const all = [flows, credentials, ...changes.filter(({ target }) => target === secret)];
    if (!all.some((change) => obstacles.has(change))) continue;
    for (const change of all) if (!obstacles.has(change)) obstacles.set(change, 'together');
  }
}

interface Place {
  readonly userDir: string;
  readonly mounts: MountPoints;
}

function layBeside(obstacles: ReadonlyMap<Change, Obstacle>, place: Place): Placed {
  const changes: Change[] = [];
  const problems: string[] = [];
  for (const [{ target, next }, obstacle] of obstacles) {
    if (next === null) {
      problems.push(
        `${target} is mounted${how(obstacle)} and was left where it is, although the backup does not have it.`,
      );
      continue;
    }
    const laid = besideOf(target, place);
    changes.push({ target: laid, next });
    problems.push(`${whatIs(target, obstacle)}. The one of the backup is ${laid}. ${advice(target, obstacle)}`);
  }
  return { changes, problems };
}

const how = (obstacle: Obstacle): string => (obstacle === 'read-only' ? ' read-only' : '');

function whatIs(target: string, obstacle: Obstacle): string {
  if (obstacle === 'together') return `${target} was left as it is, because what belongs to it could not be written`;
  return `${target} is mounted${how(obstacle)} and was left as it is`;
}

function advice(target: string, obstacle: Obstacle): string {
  if (obstacle === 'together') return 'Put flows, credentials and .config.runtime.json into place together.';
  const where = 'where it is mounted from (on the host of a container, in its volume, its ConfigMap or its secret)';
  return `Put it in the place of ${basename(target)} ${where}, and start Node-RED again.`;
}

/** In the user directory: `flows.restored.json` for flows.json, and `certs.restored/a.pem` for a.pem in what is mounted at certs. */
function besideOf(target: string, { userDir, mounts }: Place): string {
  const point = mounts.pointOf(target);
  const isBelow = point !== null && point !== target && point !== userDir && isWithin(point, userDir);
  if (isBelow)
    return join(userDir, `${relative(userDir, point).replaceAll('/', '-')}.restored`, relative(point, target));
  const extension = extname(target);
  return join(userDir, `${basename(target, extension)}.restored${extension}`);
}

function isFile(path: string): boolean {
  return look(path)?.isFile() === true;
}

/** Also for somebody who may do everything: it is the file system that may not be written. */
function isReadOnly(folder: string): boolean {
  if (existsSync(folder)) return isLocked(folder, (code) => code === 'EROFS');
  return folder !== dirname(folder) && isReadOnly(dirname(folder));
}

function isLocked(path: string, counts: (code: string | null) => boolean): boolean {
  try {
    accessSync(path, constants.W_OK);
    return false;
  } catch (error) {
    return counts(systemCode(error));
  }
}
