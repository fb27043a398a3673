/** Where restores into a Node-RED are kept: a folder each, in the engine's folder of its user directory. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SAFETY_PREFIX } from '../backup-names.ts';
import { parseIso } from '../clock.ts';
import { BackupError, systemCode } from '../errors.ts';
import { formatIdentity, ownerState, parseIdentity, processIdentity } from '../io/process-identity.ts';
import { readJournal, type Phase, type RestoreJournal } from './journal.ts';

const HOME = '.nightkeep/restore';

/** One restore and where it is kept. */
export interface Kept {
  readonly folder: string;
  readonly journal: RestoreJournal;
}

/** Phases in which the next start has something to do, or to wait for. */
const OPEN: readonly Phase[] = ['staged', 'applying', 'half', 'applied', 'rolling_back', 'undo_staged', 'undoing'];

function isOpen({ journal }: Kept): boolean {
  return OPEN.includes(journal.phase);
}

/** A folder for a new restore. What was extracted comes to `staged` in it. */
export async function newRestoreFolder(userDir: string): Promise<string> {
  const name = `${formatIdentity(processIdentity())}~${randomBytes(6).toString('hex')}`;
  const folder = join(userDir, HOME, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** What was extracted. */
export const stagedIn = (folder: string): string => join(folder, 'staged');
/** What was made for the place where it goes. */
export const madeIn = (folder: string): string => join(folder, 'made');
/** The safety copy. */
export const beforeIn = (folder: string): string => join(folder, 'before');

/** The safety copy of what lies in `parent`, which is on another file system. */
export const beforeBeside = (folder: string, parent: string): string =>
  join(parent, `${SAFETY_PREFIX}${basename(folder).slice(-12)}`);

/** Only what has that name is ever removed: the journal could have been tampered with. */
const isElsewhere = (slots: string, folder: string): boolean => slots === beforeBeside(folder, dirname(slots));

/** Oldest first. */
export async function keptRestores(userDir: string): Promise<readonly Kept[]> {
  const kept: Kept[] = [];
  for (const name of await names(userDir)) {
    const folder = join(userDir, HOME, name);
    const journal = await readJournal(folder);
    if (journal !== null) kept.push({ folder, journal });
  }
  return kept.sort((a, b) => parseIso(a.journal.staged) - parseIso(b.journal.staged));
}

/** The restore that waits or is under way; null when there is none. */
export async function openRestore(userDir: string): Promise<Kept | null> {
  return (await keptRestores(userDir)).findLast(isOpen) ?? null;
}

/** The last restore that was done and can be taken back. */
export async function lastRestore(userDir: string): Promise<Kept> {
  const found = (await keptRestores(userDir)).findLast(({ journal }) => journal.phase === 'confirmed');
  if (found !== undefined) return found;
  throw new BackupError('backup_not_found', `No restore into ${userDir} is there that could be taken back.`);
}

/** Removes what a dead process left before it had staged anything. */
export async function sweepRestores(userDir: string): Promise<void> {
  for (const name of await names(userDir)) {
    const folder = join(userDir, HOME, name);
    const owner = parseIdentity(name.split('~')[0] ?? '');
    if (owner === null || ownerState(owner) !== 'dead' || (await has(join(folder, 'journal.json')))) continue;
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes all that a restore keeps, also on other file systems. */
export async function removeRestore({ folder, journal }: Kept): Promise<void> {
  for (const slots of slotsOf(journal))
    if (isElsewhere(slots, folder)) await rm(slots, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}

function slotsOf({ steps }: RestoreJournal): ReadonlySet<string> {
  return new Set(steps.flatMap((step) => (step.kind === 'setting' ? [] : [dirname(step.before)])));
}

/** Only the last restore can be taken back, so that safety copies do not fill the disk. */
export async function forgetOthers(userDir: string, { folder }: Kept): Promise<void> {
  for (const other of await keptRestores(userDir)) {
    if (other.folder !== folder && !isOpen(other)) await removeRestore(other);
  }
}

async function names(userDir: string): Promise<readonly string[]> {
  try {
    return await readdir(join(userDir, HOME));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function has(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
