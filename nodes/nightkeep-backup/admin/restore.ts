/** The routes that restore. */
import type { NodeAPI } from 'node-red';
import {
  BackupError,
  type Engine,
  type IntoReport,
  type Job,
  type KeySet,
  type RestoreRequest,
} from '../../../src/index.ts';
import { environmentOf } from '../../lib/restore-at-start.ts';
import { absoluteFolder } from '../../lib/folders.ts';
import type { Runtime } from '../../lib/runtime.ts';
import { bodyOf, checkConfirmed, flagIn, optionalText, textIn, textsIn, type Body } from '../../lib/http/asked.ts';
import { storedCopy, type Begun } from './jobs.ts';
import type { Asked } from '../../lib/http/serve.ts';

const MOST_PATHS = 10_000;

export interface RestoreContext {
  readonly red: NodeAPI;
  readonly runtime: Runtime;
}

export async function restoreCopy(engine: Engine, context: RestoreContext, asked: Asked): Promise<Begun> {
  const body = bodyOf(asked.request);
  const into = textIn(body, 'into');
  const begin =
    into === 'folder'
      ? folderRestore(engine, context, body)
      : into === 'node-red'
        ? nodeRedRestore(engine, context, body)
        : null;
  if (begin === null) throw new BackupError('invalid_request', 'into: give folder or node-red.');
  const keys = keysIn(body);
  const { record, agentId } = await storedCopy(engine, asked, textIn(body, 'agent_id'));
  return { job_id: withKeys(engine, keys, () => begin({ backupId: record.backup_id, agentId })).jobId };
}

type Place = Pick<RestoreRequest, 'backupId' | 'agentId'>;
type Begin = (place: Place) => Job<unknown>;

function folderRestore(engine: Engine, { runtime }: RestoreContext, body: Body): Begin {
  const target = absoluteFolder(textIn(body, 'target'), runtime.userDir);
  const paths = (body['paths'] ?? null) === null ? null : textsIn(body, 'paths', MOST_PATHS);
  const overwrite = flagIn(body, 'overwrite');
  return (place) => engine.restore({ ...place, target, paths, overwrite, keepSetuid: false, nodeId: null });
}

function nodeRedRestore(engine: Engine, { red, runtime }: RestoreContext, body: Body): Begin {
  checkConfirmed(body);
  const { userDir } = runtime;
  const useSettings = flagIn(body, 'use_settings');
  const installModules = flagIn(body, 'install_modules');
  const confirmFewerLogins = flagIn(body, 'fewer_logins');
  const how = { useSettings, installModules, confirmFewerLogins, nodeId: null, automatic: false };
  return (place) => engine.restoreInto({ ...place, userDir, running: environmentOf(red, userDir), ...how });
}

/** What the backup is encrypted with, where no node of the flow has it. Never told to anybody. */
function keysIn(body: Body): KeySet {
  const identity = optionalText(body, 'identity');
  const passphrase = optionalText(body, 'passphrase');
  return {
    identities: identity === null ? [] : [identity.trim()],
    passphrases: passphrase === null ? [] : [passphrase],
  };
}

/** The keys are at hand as long as the job runs, and no longer. */
function withKeys<T>(engine: Engine, keys: KeySet, begin: () => Job<T>): Job<T> {
  const take = engine.keys.add(keys);
  const job = begin();
  job.result.then(take, take);
  return job;
}

/** Takes the last restore into this Node-RED back at its next start. */
export async function undoRestore(engine: Engine, runtime: Runtime, { request }: Asked): Promise<IntoReport> {
  checkConfirmed(bodyOf(request));
  return engine.undoRestore(runtime.userDir, true);
}

/** Gives up the restore, or the undoing of one, that waits for the next start. */
export async function cancelRestore(engine: Engine, runtime: Runtime): Promise<{ readonly canceled: boolean }> {
  return { canceled: await engine.cancelRestore(runtime.userDir, null) };
}
