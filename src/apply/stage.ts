/** Makes an extracted backup ready to be applied, or says why it cannot be. Nothing of the user directory is touched. */
import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { bounded, type BackupHeaderFields } from './backup-roles.ts';
import { BackupError, systemCode } from '../errors.ts';
import { checkVerdict, readContent, settleCopies, type BackupContent } from './backup-content.ts';
import { takesTwoStarts } from './compose-at-start.ts';
import type { NodeRedEnvironment } from './environment.ts';
import { checkGuards } from './guards.ts';
import { evaluateSettings } from '../installation/evaluate.ts';
import { nodeRedHome } from '../installation/node-red-home.ts';
import type { BackupRoles } from './journal.ts';
import { openRestore, stagedIn } from './restore-folders.ts';

/** What will be done, as far as it is known now. */
export interface Staged {
  readonly roles: BackupRoles;
  readonly content: BackupContent;
  readonly starts: 1 | 2;
}

/**
 * @throws BackupError `invalid_request`, `permission_denied`, or `busy` while another restore waits
 */
export async function checkTarget(userDir: string, environment: NodeRedEnvironment | null): Promise<void> {
  const stat = statSync(userDir, { throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) {
    const text = `${userDir} is no folder. Start Node-RED once so that it makes its user directory, or correct the path.`;
    throw new BackupError('invalid_request', text);
  }
  const others = environment === null ? [] : [environment.flowFile, environment.settingsFile ?? environment.flowFile];
  checkWritable(userDir, false);
  // What is mounted read-only is left as it is, and the one of the backup is laid into the user directory.
  for (const file of others) checkWritable(dirname(file), true);
  if ((await openRestore(userDir)) === null) return;
  const text = `A restore into ${userDir} waits for the next start of Node-RED already. Restart it, or cancel that one first.`;
  throw new BackupError('busy', text);
}

function checkWritable(folder: string, mayBeReadOnly: boolean): void {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || (mayBeReadOnly && code === 'EROFS')) return;
    const text = `Nothing can be written in ${folder} (${code ?? 'unknown'}). Check who owns it and how it is mounted.`;
    throw new BackupError('permission_denied', text, { cause: error });
  }
}

export interface StageOptions {
  /** Of the restore. */
  readonly folder: string;
  /** The fields of `backup.json`. */
  readonly header: BackupHeaderFields;
  /** Null when Node-RED is stopped. */
  readonly environment: NodeRedEnvironment | null;
  readonly useSettings: boolean;
  /** Whether a running Node-RED may have fewer logins than the backup's. */
  readonly confirmFewerLogins?: boolean;
  readonly signal: AbortSignal;
}

/** @throws BackupError `restore_failed` when Node-RED could not use what the backup holds */
export async function stage(options: StageOptions): Promise<Staged> {
  const { folder, header, environment, useSettings, signal } = options;
  const roles = bounded(header);
  const content = readContent(stagedIn(folder), roles);
  checkVerdict(content.verdict);
  settleCopies(stagedIn(folder), content);
  const { activeProject, settingsFile } = content;
  if (environment === null) return { roles, content, starts: 1 };
  const { guards = null } = environment;
  if (options.confirmFewerLogins !== true && !(useSettings && settingsFile !== null))
    checkGuards(roles.logins ?? [], guards);
  if (useSettings && settingsFile !== null) await checkSettings(settingsFile, environment.userDir);
  signal.throwIfAborted();
  if (!useSettings && content.flows === null && activeProject !== null && !environment.projects) {
    const what = `The backup's flows are those of the project ${activeProject.name}, and this Node-RED has projects switched off.`;
    throw new BackupError(
      'restore_failed',
      `${what} Switch them on in settings.js, or let its settings.js be used too.`,
    );
  }
  return { roles, content, starts: takesTwoStarts({ folder, content, environment, useSettings, given: null }) ? 2 : 1 };
}

/** A settings.js that cannot be loaded would keep Node-RED from starting at all, and us from taking it back. */
async function checkSettings(path: string, userDir: string): Promise<void> {
  const { env: environment } = process;
  const asked = await evaluateSettings(path, { nodeRedHome: nodeRedHome(userDir, environment), environment });
  if (asked.ok) return;
  const text = `The backup's settings.js cannot be loaded here: ${asked.why}. Restore without it; it is then put beside yours.`;
  throw new BackupError('restore_failed', text);
}
