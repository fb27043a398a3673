/** What is done for a restore at a start of Node-RED, before it opens context, credentials and flows, and when its flows have started. */
import { BackupError } from '../errors.ts';
import { formatIdentity, ownerState, parseIdentity, processIdentity } from '../io/process-identity.ts';
import { apply, carryOn, change, rollBack, undo, type Site } from './apply-restore.ts';
import { forgetOthers, openRestore, type Kept } from './restore-folders.ts';
import { storedSetting } from './settings-port.ts';
import { SETTING_KEYS } from './step.ts';

/** After that many starts in which Node-RED did not come to start its flows, a restore is taken back. */
const MOST_STARTS = 2;

/**
 * Applies the restore that waits, goes on with one that was killed, or takes one back that Node-RED does not start with.
 *
 * @param site - asked for only when there is something to do
 * @returns what was done; null when there was nothing, as in a process that is no new start
 * @throws BackupError when it could not be brought to an end; the next start goes on
 */
export async function applyAtStart(userDir: string, site: () => Site): Promise<Kept | null> {
  const kept = await openRestore(userDir);
  if (kept === null || isOwn(kept)) return null;
  const at = site();
  const done = await settle(kept, at);
  if (kept.journal.way === 'at_once') await adopt(userDir, at);
  return change(done, { owner: formatIdentity(processIdentity()) });
}

function isOwn({ journal }: Kept): boolean {
  const owner = parseIdentity(journal.owner);
  return owner !== null && ownerState(owner) === 'self';
}

function settle(kept: Kept, site: Site): Promise<Kept> {
  const { phase, starts, failure } = kept.journal;
  switch (phase) {
    case 'staged':
    case 'half':
      return starts >= MOST_STARTS ? rollBack(kept, died(), site) : apply(kept, site);
    case 'applying':
      return carryOn(kept, site);
    case 'applied':
      return starts >= MOST_STARTS ? rollBack(kept, died(), site) : change(kept, { starts: starts + 1 });
    case 'rolling_back':
      return rollBack(kept, failure, site);
    case 'undo_staged':
    case 'undoing':
      return undo(kept, site);
    case 'confirmed':
    case 'rolled_back':
    case 'undone':
      return Promise.resolve(kept);
  }
}

function died(): BackupError {
  const text = 'Node-RED ended twice with it before its flows had started: see its log.';
  return new BackupError('restore_rolled_back', text);
}

/** A restore at once changes the files of settings that this start had read before, so Node-RED is told of them. */
async function adopt(userDir: string, { settings }: Site): Promise<void> {
  const stored = SETTING_KEYS.map((key) => ({ key, value: storedSetting(userDir, key) }));
  for (const { key, value } of stored) await settings.write(key, value);
}

/** To be called when flows have started, or wait only for missing modules: the restore has come to its end. */
export async function confirmStart(userDir: string): Promise<Kept | null> {
  const kept = await openRestore(userDir);
  if (kept === null || !isOwn(kept)) return null;
  if (kept.journal.phase === 'half') return change(kept, { starts: 0 });
  if (kept.journal.phase !== 'applied') return null;
  const confirmed = await change(kept, { phase: 'confirmed', starts: 0 });
  await forgetOthers(userDir, confirmed);
  return confirmed;
}

/** To be called when credentials could not be read after all: the next start takes the restore back. */
export async function rejectStart(userDir: string): Promise<Kept | null> {
  const kept = await openRestore(userDir);
  if (kept === null || !isOwn(kept) || kept.journal.phase !== 'applied') return null;
  return change(kept, { starts: MOST_STARTS });
}
