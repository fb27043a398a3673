/** What this Node-RED uses, by its settings in force. */
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import type { NodeAPI } from 'node-red';
import {
  activeProjectOf,
  contextStoresOf,
  projectsFolderOf,
  requiredFiles,
  settingsFacts,
  toBackupError,
  writeNote,
  type NodeRedFacts,
} from '../../src/index.ts';
import { credentialSecretOf, flowFileOf, settingsFileOf, type FileSettings } from './node-red-files.ts';

export function factsOf({ settings }: NodeAPI, userDir: string): Required<NodeRedFacts> {
  const said = settingsFacts(settings);
  const { flowFile, projectsEnabled, projectsPath, guards, port, ownStorage } = said;
  const projectsFolder = projectsEnabled === true ? projectsFolderOf(projectsPath, userDir) : null;
  const project = projectsFolder === null ? null : activeProjectOf(userDir, projectsFolder, flowFile);
  return {
    ...{ project, projectsFolder, guards, port, ownStorage, runs: true },
    contextStores: contextStoresOf(said.contextStores, { userDir, startedIn: [process.cwd()] }),
    libraries: said.libraries.map((path) => resolve(path)),
    required: requiredBy(settingsFileOf(settings), userDir),
  };
}

/** What the settings file has required in this process. What something else required before is not known to be of the settings. */
function requiredBy(settingsFile: string | null, userDir: string): readonly string[] {
  if (settingsFile === null || !existsSync(settingsFile)) return [];
  const { cache } = createRequire(import.meta.url);
  const found = new Set<string>();
  const visit = (module: NodeJS.Module | undefined): void => {
    for (const child of module?.children ?? []) {
      if (found.has(child.filename)) continue;
      found.add(child.filename);
      visit(child);
    }
  };
  visit(cache[realpathSync(settingsFile)]);
  return requiredFiles([...found], { userDir, settingsFile, nodeRedHome: homeOfNodeRed(userDir) });
}

function homeOfNodeRed(userDir: string): string {
  return process.env['NODE_RED_HOME'] ?? dirname(process.argv[1] ?? userDir);
}

/** Notes it for the command line, which cannot ask. Never rejects: a backup can be made without. */
export async function noteAtStart(red: NodeAPI): Promise<void> {
  const settings = red.settings as FileSettings;
  const { userDir } = settings;
  if (typeof userDir !== 'string' || userDir === '') return;
  try {
    const facts = factsOf(red, userDir);
    const { projectsFolder, guards, port, ownStorage, contextStores, libraries, required } = facts;
    await writeNote(userDir, {
      flowFile: flowFileOf(settings, userDir),
      settingsFile: settingsFileOf(settings),
      secretFrom: credentialSecretOf(red.settings)?.from ?? null,
      ...{ projectsFolder, guards, port, ownStorage, contextStores, libraries, required },
      nodeRedHome: homeOfNodeRed(userDir),
    });
  } catch (error) {
    red.log.debug(`[backup] What Node-RED uses is not noted: ${toBackupError(error).message}`);
  }
}
