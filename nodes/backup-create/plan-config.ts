/** A backup-create node's settings. Flows are also written by hand and by other programs, so no field is taken for granted. */
import type { NodeDef } from 'node-red';
import type { Compression } from '../../src/index.ts';
import { readAutomaticConfig, type AutomaticConfig } from './automatic.ts';
import { asText } from '../lib/message-values.ts';
import { defaultFolder, absoluteFolder } from '../lib/folders.ts';

interface SourceConfig {
  readonly label: string;
  readonly path: string;
  readonly exclude: string;
}

/** The settings as the edit dialog stores them. */
export interface PlanConfig {
  readonly name: string;
  readonly backupName: string;
  readonly nodeRed: boolean;
  readonly nodeRedExclude: string;
  readonly includeNodeModules: boolean;
  readonly linkedModules: boolean;
  readonly sources: readonly SourceConfig[];
  readonly folder: string;
  readonly compression: Compression;
  /** Id of a backup-key node; empty for backups that are not encrypted. */
  readonly key: string;
  readonly excludeCaches: boolean;
  readonly excludeIfPresent: string;
  readonly unreadable: 'warn' | 'fail';
  /** Whether SQLite databases are copied by SQLite. */
  readonly copyDatabases: boolean;
  readonly whenBusy: 'wait' | 'refuse';
  /** Minutes, empty for no limit. */
  readonly timeLimit: string;
  readonly planId: string;
  /** Whether its own expired backups are removed after each run. */
  readonly removeExpired: boolean;
  /** Of the events' messages; empty for the default. */
  readonly template: string;
  readonly automatic: AutomaticConfig;
}

/** @param config - as Node-RED hands it to the node, with fields missing or not */
export function readPlanConfig(config: NodeDef): PlanConfig {
  const given = config as unknown as Readonly<Record<string, unknown>>;
  const text = (key: string): string => asText(given[key]);
  return {
    name: text('name'),
    backupName: text('backupName'),
    nodeRed: given['nodeRed'] !== false,
    nodeRedExclude: text('nodeRedExclude'),
    includeNodeModules: given['includeNodeModules'] === true,
    linkedModules: given['linkedModules'] === true,
    sources: Array.isArray(given['sources']) ? given['sources'].map(readSource) : [],
    folder: text('folder').trim(),
    // A value that is none of the choices is refused by the engine, which names it.
    compression: (text('compression') || 'zstd') as Compression,
    key: text('key'),
    excludeCaches: given['excludeCaches'] === true,
    excludeIfPresent: text('excludeIfPresent'),
    unreadable: (text('unreadable') || 'warn') as PlanConfig['unreadable'],
    copyDatabases: given['copyDatabases'] !== false,
    whenBusy: (text('whenBusy') || 'wait') as PlanConfig['whenBusy'],
    timeLimit: text('timeLimit').trim(),
    planId: text('planId').trim(),
    removeExpired: given['removeExpired'] !== false,
    template: text('template'),
    automatic: readAutomaticConfig(given),
  };
}

function readSource(value: unknown): SourceConfig {
  const { label, path, exclude } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return { label: asText(label), path: asText(path), exclude: asText(exclude) };
}

export function planNameOf({ name }: PlanConfig): string {
  return name === '' ? 'backup' : name;
}

export function planIdOf({ planId }: PlanConfig, nodeId: string): string {
  return planId === '' ? nodeId : planId;
}

export function folderOf({ folder }: PlanConfig, userDir: string): string {
  return folder === '' ? defaultFolder(userDir) : absoluteFolder(folder, userDir);
}
