/** Says that a Node-RED runs on a user directory, so that nothing is restored into it behind its back. */
import { readFileSync, rmSync, writeFileSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { homedir } from 'node:os';
import { BackupError } from '../errors.ts';
import { formatIdentity, ownerState, parseIdentity, processIdentity } from '../io/process-identity.ts';

const MARK = '.nightkeep/running';

/** Until this process ends. */
export function markRunning(userDir: string): void {
  const path = join(userDir, MARK);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, formatIdentity(processIdentity()), { mode: 0o600 });
  } catch {
    // Where this cannot be written, nothing can be restored either.
    return;
  }
  process.once('exit', () => {
    try {
      rmSync(path, { force: true });
    } catch {
      // It names a process that is no more, which says as much.
    }
  });
}

/** @throws BackupError `busy` when a Node-RED runs on it, or may do so in another container */
export function checkStopped(userDir: string): void {
  const path = join(userDir, MARK);
  const owner = parseIdentity(readMark(path));
  const state = owner === null ? 'dead' : ownerState(owner);
  if (state === 'alive' || state === 'self') {
    throw new BackupError('busy', `A Node-RED runs on ${userDir}. Stop it first, and start it again afterwards.`);
  }
  if (isSeen(userDir)) {
    const text = `A Node-RED runs, and it seems to be on ${userDir}. Stop it first, also if it is another one.`;
    throw new BackupError('busy', text);
  }
  if (state === 'dead') return;
  const what = `A Node-RED in another container or on another machine may run on ${userDir}.`;
  throw new BackupError('busy', `${what} Stop it; if it surely is stopped, delete ${path} and try again.`);
}

function readMark(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

/** A Node-RED without this package leaves no mark, but can be seen among the processes. */
function isSeen(userDir: string): boolean {
  const wanted = resolve(userDir);
  return pids().some((pid) => runsOn(pid) === wanted);
}

function pids(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** The user directory of a process that is a Node-RED; null for any other, or when it cannot be told. */
function runsOn(pid: string): string | null {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const isOne = words[0] === 'node-red' || words.slice(0, 4).some((word) => NAMES.has(basename(word)));
    if (!isOne) return null;
    const given = words.findIndex((word) => word === '-u' || word === '--userDir');
    const path = words[given + 1];
    return given >= 0 && path !== undefined ? resolve(path) : defaultFolder(pid);
  } catch {
    // It has ended, or belongs to somebody else.
    return null;
  }
}

const NAMES: ReadonlySet<string> = new Set(['node-red', 'red.js']);

/** Node-RED gives itself a title, which hides what it was started with; then its environment has to do. */
function defaultFolder(pid: string): string {
  const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  const valueOf = (name: string): string | undefined =>
    environment.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
  return valueOf('NODE_RED_HOME') ?? join(valueOf('HOME') ?? homedir(), '.node-red');
}
