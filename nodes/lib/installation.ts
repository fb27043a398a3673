/** What this Node-RED uses, by its settings in force. */
import { dirname } from 'node:path';
import type { NodeAPI } from 'node-red';
import {
  activeProjectOf,
  projectsFolderOf,
  settingsFacts,
  toBackupError,
  writeNote,
  type NodeRedFacts,
} from '../../src/index.ts';
import { credentialSecretOf, flowFileOf, settingsFileOf, type FileSettings } from './node-red-files.ts';

export function factsOf({ settings }: NodeAPI, userDir: string): NodeRedFacts {
  const { flowFile, projectsEnabled, projectsPath, guards, port, ownStorage } = settingsFacts(settings);
  const projectsFolder = projectsEnabled === true ? projectsFolderOf(projectsPath, userDir) : null;
  const project = projectsFolder === null ? null : activeProjectOf(userDir, projectsFolder, flowFile);
  return { project, projectsFolder, guards, port, ownStorage, runs: true };
}

/** Notes it for the command line, which cannot ask. Never rejects: a backup can be made without. */
export async function noteAtStart(red: NodeAPI): Promise<void> {
  const settings = red.settings as FileSettings;
  const { userDir } = settings;
  if (typeof userDir !== 'string' || userDir === '') return;
  const { projectsFolder, guards, port, ownStorage } = factsOf(red, userDir);
  const main = process.env['NODE_RED_HOME'];
  try {
    await writeNote(userDir, {
      flowFile: flowFileOf(settings, userDir),
      settingsFile: settingsFileOf(settings),
      secretFrom: credentialSecretOf(red.settings)?.from ?? null,
      ...{ projectsFolder, guards, port, ownStorage },
      nodeRedHome: main ?? dirname(process.argv[1] ?? userDir),
    });
  } catch (error) {
    red.log.debug(`[backup] What Node-RED uses is not noted: ${toBackupError(error).message}`);
  }
}
