/** A backup-restore node's settings. Flows are also written by hand, so no field is taken for granted. */
import type { NodeMessageInFlow } from 'node-red';
import { BackupError } from '../../src/index.ts';
import { renderFolder, absoluteFolder } from '../lib/folders.ts';
import { asText, isGiven } from '../lib/message-values.ts';

export interface RestoreConfig {
  /** Never taken from a message: `node-red` and `undo` change this Node-RED. */
  readonly mode: 'folder' | 'node-red' | 'undo';
  readonly folder: string;
  /** Member names or folders of them, one a line; empty for everything. */
  readonly paths: string;
  readonly overwrite: boolean;
  readonly useSettings: boolean;
  readonly installModules: boolean;
  /** Also into a Node-RED that has fewer logins than the backup's had. */
  readonly fewerLogins: boolean;
  /** Tell open editors that a restart is needed. */
  readonly notice: boolean;
  /** Ids of nodes; null for the location that the message comes from. */
  readonly locations: unknown;
  readonly template: string;
}

export function readRestoreConfig(config: object): RestoreConfig {
  const fields = config as Readonly<Record<string, unknown>>;
  const mode = fields['mode'];
  return {
    mode: mode === 'node-red' || mode === 'undo' ? mode : 'folder',
    folder: asText(fields['folder']).trim(),
    paths: asText(fields['paths']),
    overwrite: fields['overwrite'] === true,
    useSettings: fields['useSettings'] === true,
    installModules: fields['installModules'] === true,
    fewerLogins: fields['fewerLogins'] === true,
    notice: fields['notice'] !== false,
    locations: fields['locations'] ?? null,
    template: asText(fields['template']),
  };
}

/**
 * Absolute; a relative folder lies in the user directory.
 *
 * @throws BackupError `invalid_request` when none is set
 */
export function targetOf({ folder }: RestoreConfig, instanceName: string, userDir: string): string {
  if (folder === '') throw new BackupError('invalid_request', 'folder: the folder to restore to is missing.');
  return absoluteFolder(renderFolder(folder, { instance_name: instanceName }), userDir);
}

/**
 * What to restore: the message's `paths`, a text or a list of texts, go before those of the node. Null for everything.
 *
 * @throws BackupError `invalid_request` when they are something else
 */
export function pathsOf({ paths }: RestoreConfig, message: NodeMessageInFlow): readonly string[] | null {
  const { paths: asked } = message as { readonly paths?: unknown };
  if (!isGiven(asked)) return listed(paths.split('\n').map((line) => line.trim()));
  const all: readonly unknown[] = Array.isArray(asked) ? asked : [asked];
  if (all.every((path) => typeof path === 'string')) return listed(all);
  throw new BackupError('invalid_request', 'paths: they are no text and no list of texts.');
}

function listed(paths: readonly string[]): readonly string[] | null {
  const given = paths.filter((path) => path !== '');
  return given.length === 0 ? null : given;
}
