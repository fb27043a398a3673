/** A restore that waits in a user directory, and starts of Node-RED without a Node-RED. */
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyAtStart } from '../../src/apply/at-start.ts';
import type { NodeRedEnvironment } from '../../src/apply/environment.ts';
import { fileSettings } from '../../src/apply/file-settings.ts';
import type { Kept } from '../../src/apply/restore-folders.ts';
import type { SettingsPort } from '../../src/apply/step.ts';
import { formatIdentity, processIdentity } from '../../src/io/process-identity.ts';
import { openCredentials } from '../../src/node-red-credentials.ts';
import { openEngine } from '../../src/manager/open-engine.ts';
import type { IntoReport } from '../../src/manager/reports.ts';
import type { IntoRequest } from '../../src/manager/requests.ts';
import type { NodeRedSource } from '../../src/backup-request.ts';
import { backupRequest } from './requests.ts';
import { contentsOf, makeUserDir, put } from './user-dir.ts';

export const NEW_SECRET = 'new secret';
const OLD_SECRET = 'old secret';

export function environmentFor(userDir: string): NodeRedEnvironment {
  return {
    userDir,
    flowFile: join(userDir, 'flows.json'),
    settingsFile: join(userDir, 'settings.js'),
    secret: NEW_SECRET,
    projects: false,
    activeProject: null,
  };
}

function sourceOf(path: string): NodeRedSource {
  return {
    kind: 'node-red',
    label: 'node-red',
    path,
    exclude: [],
    flowFile: join(path, 'flows.json'),
    settingsFile: join(path, 'settings.js'),
    includeNodeModules: false,
    credentialSecret: { from: 'settings', secret: OLD_SECRET },
  };
}

/**
 * Puts a backup of an old user directory, ready to be applied, into a new one at `root`/data.
 *
 * @param prepare - changes the old one before it is backed up
 */
export async function stageRestore(
  root: string,
  changes: Partial<IntoRequest> = {},
  prepare: (old: string) => void = () => undefined,
): Promise<IntoReport> {
  const [old, userDir] = [join(root, 'old'), join(root, 'data')];
  makeUserDir(old, { mark: 'old', secret: OLD_SECRET });
  put(old, { 'context/flow/a.json': '{"a":1}', 'certs/deep/old.pem': 'old' });
  prepare(old);
  makeUserDir(userDir, { mark: 'new', secret: NEW_SECRET });
  put(userDir, { 'context/flow/b.json': '{"b":1}', 'certs/new.pem': 'new', '.flows.json.backup': '[]' });
  const engine = await openEngine({ stateDir: join(root, 'state'), instanceName: 'test', nodeRedVersion: null });
  try {
    const request = { sources: [sourceOf(old)], folder: join(root, 'backups'), compression: 'none' } as const;
    const record = await engine.create(backupRequest(request)).result;
    const agent = await engine.locations.local(join(root, 'backups'));
    return await engine.restoreInto({
      backupId: record.backup_id,
      agentId: agent.id,
      userDir,
      running: environmentFor(userDir),
      useSettings: false,
      installModules: false,
      nodeId: null,
      automatic: false,
      ...changes,
    }).result;
  } finally {
    await engine.close();
  }
}

/** What the next start of Node-RED does. The process that staged a restore is this one, so it is made another. */
export async function startAgain(
  userDir: string,
  changes: Partial<NodeRedEnvironment> = {},
  settings: SettingsPort = fileSettings(userDir),
): Promise<Kept | null> {
  const kept = join(userDir, '.nightkeep', 'restore');
  for (const name of readdirSync(kept)) {
    const path = join(kept, name, 'journal.json');
    const self = processIdentity();
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(formatIdentity(self), formatIdentity({ ...self, start: '1' })));
  }
  const site = { environment: { ...environmentFor(userDir), ...changes }, settings };
  return applyAtStart(userDir, () => site);
}

/** What is in a user directory, with its credentials as they read: encrypting them is different each time. */
export function stateOf(userDir: string): Record<string, unknown> {
  const files = contentsOf(userDir);
  return { ...files, 'flows_cred.json': openCredentials(files['flows_cred.json'] ?? '', NEW_SECRET) };
}

/** @returns null when it was killed, else its exit code */
export function restoreStep(
  verb: 'start' | 'confirm' | 'undo',
  userDir: string,
  killAt: number | null = null,
): number | null {
  const helpers = import.meta.dirname;
  const kill = killAt === null ? [] : ['--require', join(helpers, 'kill-at.cjs')];
  const env = { ...process.env, NIGHTKEEP_KILL_LOG: join(userDir, '..', 'calls'), NIGHTKEEP_KILL_AT: String(killAt) };
  rmSync(env.NIGHTKEEP_KILL_LOG, { force: true });
  const { status, stderr } = spawnSync(
    process.execPath,
    [...kill, join(helpers, 'restore-step-process.ts'), verb, userDir],
    {
      encoding: 'utf8',
      env,
    },
  );
  if (status !== null && status !== 0) throw new Error(stderr);
  return status;
}

/** Keeps a user directory as it is now. @returns what puts it back */
export function snapshot(userDir: string): () => void {
  const kept = `${userDir}.kept-${String(++snapshots)}`;
  cpSync(userDir, kept, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return () => {
    rmSync(userDir, { recursive: true });
    cpSync(kept, userDir, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  };
}

let snapshots = 0;
