/** Restores into a Node-RED that is stopped, and takes a restore back while it is. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { deserializeError } from '../errors.ts';
import { apply, carryOn, rollBack, undo, type Site } from './apply-restore.ts';
import { fileSettings } from './file-settings.ts';
import { giveToOwner } from './give-to-owner.ts';
import { mendTorn } from './torn.ts';
import { forgetOthers, lastRestore, openRestore, type Kept } from './restore-folders.ts';

function siteOf(userDir: string): Site {
  const flowFile = join(userDir, `flows_${hostname()}.json`);
  const environment = { userDir, flowFile, settingsFile: null, secret: null, projects: false, activeProject: null };
  return { environment, settings: fileSettings(userDir) };
}

/** @throws BackupError `restore_rolled_back`: all is as it was */
export async function applyAtOnce(userDir: string, staged: Kept): Promise<Kept> {
  return ended(userDir, await apply(staged, siteOf(userDir)));
}

/** Brings to an end what was killed on the way; what waits for a start of Node-RED is left to wait. */
export async function finishKilled(userDir: string): Promise<void> {
  const kept = await openRestore(userDir);
  if (kept === null) return;
  const site = siteOf(userDir);
  if (kept.journal.phase === 'applying') {
    if (kept.journal.way === 'at_once') await carryOn(kept, site);
    else mendTorn(kept.journal.steps);
  }
  if (kept.journal.phase === 'rolling_back') await rollBack(kept, kept.journal.failure, site);
  if (kept.journal.phase === 'undoing') await undo(kept, site);
}

/** @throws BackupError `backup_not_found` when there is nothing to take back */
export async function undoAtOnce(userDir: string): Promise<Kept> {
  const waiting = await openRestore(userDir);
  // One that was begun at a start is taken back as it stands.
  const kept = waiting ?? (await lastRestore(userDir));
  const done = await undo(kept, siteOf(userDir));
  giveToOwner(join(userDir, '.nightkeep'), userDir);
  return done;
}

async function ended(userDir: string, kept: Kept): Promise<Kept> {
  giveToOwner(join(userDir, '.nightkeep'), userDir);
  if (kept.journal.failure !== null) throw deserializeError(kept.journal.failure);
  await forgetOthers(userDir, kept);
  return kept;
}
