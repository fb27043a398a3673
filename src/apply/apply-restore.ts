/** Brings a staged restore about, and takes it back. Each function may be killed anywhere; the next call goes on from there. */
import { BackupError, serializeError, toBackupError } from '../errors.ts';
import { formatIdentity, processIdentity } from '../io/process-identity.ts';
import { checkVerdict, readContent } from './backup-content.ts';
import { composeAtOnce } from './compose-at-once.ts';
import { composeFirstHalf, composeRest, takesTwoStarts } from './compose-at-start.ts';
import type { ComposeInput, Composition } from './compose.ts';
import type { NodeRedEnvironment } from './environment.ts';
import { writeJournal, type RestoreJournal } from './journal.ts';
import { prepareSteps } from './prepare-steps.ts';
import { stagedIn, type Kept } from './restore-folders.ts';
import { doSteps, undoSteps } from './run-steps.ts';
import type { SettingsPort } from './step.ts';
import { checkInForce, lastWordAtStart } from './will-load.ts';

/** The Node-RED that a restore changes. */
export interface Site {
  readonly environment: NodeRedEnvironment;
  readonly settings: SettingsPort;
}

/** Writes the changes down; what is returned is what the journal says now. */
export async function change({ folder, journal }: Kept, changes: Partial<RestoreJournal>): Promise<Kept> {
  const next = { ...journal, ...changes };
  await writeJournal(folder, next);
  return { folder, journal: next };
}

/** Does what is next of a restore that was staged, or half done at the start before. */
export async function apply(kept: Kept, site: Site): Promise<Kept> {
  try {
    const isSecond = kept.journal.phase === 'half';
    const input = inputFor(kept, site);
    const firstHalf = kept.journal.way === 'at_start' && !isSecond && takesTwoStarts(input);
    const composed = compose(kept.journal, input, firstHalf);
    return await carryOn(await writePlan(kept, { composed, firstHalf, site }), site);
  } catch (error) {
    return rollBack(kept, error, site);
  }
}

function inputFor({ folder, journal }: Kept, { environment }: Site): ComposeInput {
  const content = readContent(stagedIn(folder), journal.roles);
  if (journal.phase === 'staged') checkVerdict(content.verdict);
  return { folder, content, environment, useSettings: journal.useSettings };
}

function compose({ way, phase, useSettings }: RestoreJournal, input: ComposeInput, firstHalf: boolean): Composition {
  if (way === 'at_once') return composeAtOnce(input);
  if (firstHalf) return composeFirstHalf(input);
  return composeRest({ ...input, useSettings: useSettings && phase === 'half' });
}

interface Planned {
  readonly composed: Composition;
  readonly firstHalf: boolean;
  readonly site: Site;
}

async function writePlan(kept: Kept, { composed, firstHalf, site }: Planned): Promise<Kept> {
  const { folder, journal } = kept;
  const { userDir } = site.environment;
  const swaps = await prepareSteps(composed.changes, { folder, userDir, earlier: journal.steps.length });
  return change(kept, {
    phase: 'applying',
    firstHalf,
    owner: formatIdentity(processIdentity()),
    steps: [...journal.steps, ...swaps, ...composed.settings],
    notes: [...journal.notes, ...composed.notes],
  });
}

/** Does the steps that are written down; when that fails, takes all of them back. */
export async function carryOn(kept: Kept, site: Site): Promise<Kept> {
  const { steps, firstHalf, way } = kept.journal;
  try {
    await doSteps(steps, site.settings);
    if (way === 'at_start' && !firstHalf) checkInForce(site.environment);
  } catch (error) {
    return rollBack(kept, error, site);
  }
  if (way === 'at_once') return change(kept, { phase: 'confirmed' });
  if (firstHalf) return change(kept, { phase: 'half', starts: 1 });
  return change(kept, { phase: 'applied', starts: 1, ...lastWordOf(kept.journal, site) });
}

function lastWordOf({ expected, missingModules, notes }: RestoreJournal, site: Site): Partial<RestoreJournal> {
  if (expected === undefined) return {};
  const { problems, notes: more } = lastWordAtStart(site.environment, expected, missingModules);
  return { problems, notes: [...more, ...notes] };
}

/** @param cause - what made it necessary */
export async function rollBack(kept: Kept, cause: unknown, site: Site): Promise<Kept> {
  const known = toBackupError(cause, 'restore_failed');
  const what = `The restore of ${kept.journal.record.name} was rolled back, and all is as it was before. ${known.message}`;
  const failure =
    kept.journal.failure ?? serializeError(new BackupError('restore_rolled_back', what, { cause: known }));
  const begun = await change(kept, { phase: 'rolling_back', failure });
  await undoSteps(begun.journal.steps, site.settings);
  return change(begun, { phase: 'rolled_back' });
}

/** Takes back a restore that was done; what it had brought, and what has changed since, stays in its folder. */
export async function undo(kept: Kept, site: Site): Promise<Kept> {
  let begun = kept;
  if (kept.journal.phase !== 'undoing') {
    const steps = await Promise.all(
      kept.journal.steps.map(async (step) =>
        step.kind === 'swap' ? step : { ...step, after: await site.settings.read(step.key) },
      ),
    );
    begun = await change(kept, { phase: 'undoing', steps, announced: false });
  }
  await undoSteps(begun.journal.steps, site.settings);
  return change(begun, { phase: 'undone' });
}
