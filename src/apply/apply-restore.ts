/** Brings a staged restore about, and takes it back. Each function may be killed anywhere; the next call goes on from there. */
import { existsSync } from 'node:fs';
import { BackupError, serializeError, toBackupError } from '../errors.ts';
import { formatIdentity, processIdentity } from '../io/process-identity.ts';
import { checkVerdict, readContent } from './backup-content.ts';
import { alignFlows, type RestoredFlows } from './flows-in-force.ts';
import { composeAtOnce } from './compose-at-once.ts';
import { composeFirstHalf, composeRest, takesTwoStarts } from './compose-at-start.ts';
import type { ComposeInput, Composition } from './compose.ts';
import type { NodeRedEnvironment } from './environment.ts';
import { writeJournal, type RestoreJournal } from './journal.ts';
import { placeChanges } from './place-changes.ts';
import { prepareSteps } from './prepare-steps.ts';
import { stagedIn, type Kept } from './restore-folders.ts';
import { doSteps, RefusedSwap, undoSteps } from './run-steps.ts';
import type { SettingsPort, Step } from './step.ts';
import { stepsAround } from './steps-around.ts';
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
  return { folder, content, environment, useSettings: journal.useSettings, given: journal.given ?? null };
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
  const placed = placeChanges(composed.changes, userDir);
  const earlier = journal.steps.length;
  const numbers = (index: number): string => String(earlier + index);
  const steps = await prepareSteps(placed.changes, { folder, userDir, numbers });
  return change(kept, {
    phase: 'applying',
    firstHalf,
    flows: composed.flows,
    owner: formatIdentity(processIdentity()),
    steps: [...journal.steps, ...steps, ...composed.settings],
    problems: [...journal.problems, ...composed.problems, ...placed.problems],
    commands: [...journal.commands, ...composed.commands],
    notes: [...journal.notes, ...composed.notes],
  });
}

/** Does the steps that are written down; when that fails, takes all of them back. */
export async function carryOn(kept: Kept, site: Site): Promise<Kept> {
  const { firstHalf, way } = kept.journal;
  let now = kept;
  try {
    now = await doAll(now, site);
    const { flows = null } = now.journal;
    if (flows !== null) now = await doAll(await planFlows(now, flows, site), site);
    if (way === 'at_start' && !firstHalf) checkInForce(site.environment);
  } catch (error) {
    return rollBack(now, error, site);
  }
  if (way === 'at_once') return change(now, { phase: 'confirmed' });
  if (firstHalf) return change(now, { phase: 'half', starts: 1 });
  return change(now, { phase: 'applied', starts: 1, ...lastWordOf(now.journal, site) });
}

function lastWordOf(journal: RestoreJournal, { environment }: Site): Partial<RestoreJournal> {
  const { expected, missingModules } = journal;
  if (expected === undefined) return {};
  const { problems, notes } = lastWordAtStart(environment, expected, missingModules);
  return { problems: [...problems, ...journal.problems], notes: [...notes, ...journal.notes] };
}

async function doAll(kept: Kept, site: Site): Promise<Kept> {
  let now = kept;
  for (let refused = await tryAll(now, site); refused !== null; refused = await tryAll(now, site)) {
    now = await goAround(now, refused, site);
  }
  return now;
}

/** More steps, where Node-RED would load other flows than those that were restored. */
async function planFlows(kept: Kept, flows: string, { environment: { userDir } }: Site): Promise<Kept> {
  const { folder, journal } = kept;
  const { changes, problems, notes } = await alignFlows({ folder, userDir, flows, ...filesInUse(journal) });
  const numbers = (index: number): string => `flows-${String(index)}`;
  const steps = await prepareSteps(changes, { folder, userDir, numbers });
  const all = { steps: [...journal.steps, ...steps], problems: [...journal.problems, ...problems] };
  return change(kept, { ...all, flows: null, notes: [...journal.notes, ...notes] });
}

/** What a person named, or what lay outside and came back there. */
export function filesInUse({ given, roles }: RestoreJournal): Pick<RestoredFlows, 'settingsFile' | 'flowFile'> {
  const apart = roles.outside.find(({ role, link }) => role === 'settings' && link === undefined);
  const settingsFile = given?.settingsFile ?? (given?.outside === true ? apart?.path : null) ?? null;
  return {
    settingsFile: settingsFile !== null && existsSync(settingsFile) ? settingsFile : null,
    flowFile: given?.flowFile ?? null,
  };
}

/** @returns the swap that the system refuses; null when all is done */
async function tryAll({ journal }: Kept, { settings }: Site): Promise<RefusedSwap | null> {
  try {
    await doSteps(journal.steps, settings);
    return null;
  } catch (error) {
    if (error instanceof RefusedSwap) return error;
    throw error;
  }
}

/** Where something is mounted that could not be seen, as in a container: other steps, smaller than the one that they are for. */
async function goAround(kept: Kept, { step, cause }: RefusedSwap, { environment }: Site): Promise<Kept> {
  const steps = await stepsAround(step, kept.folder, environment.userDir);
  if (steps === null) throw cause;
  const all = kept.journal.steps.flatMap<Step>((each) => (each === step ? steps : [each]));
  return change(kept, { steps: all });
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
        step.kind === 'setting' ? { ...step, after: await site.settings.read(step.key) } : step,
      ),
    );
    begun = await change(kept, { phase: 'undoing', steps, announced: false });
  }
  await undoSteps(begun.journal.steps, site.settings);
  return change(begun, { phase: 'undone' });
}
