/** From a backup-create node's settings, and what a message may override, to the request for one backup. */
import { isAbsolute, join, resolve } from 'node:path';
import type { NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { BackupError, type BackupRequest, type Compression, type SourceSpec } from '../../src/index.ts';
import { flowFileOf, settingsFileOf, type FileSettings } from './node-red-files.ts';
import { redVersion } from './runtime.ts';
import { render, timeView } from './template.ts';

/** The node's settings as its edit dialog stores them. */
export interface PlanConfig extends NodeDef {
  readonly backupName: string;
  readonly nodeRed: boolean;
  readonly nodeRedExclude: string;
  readonly includeNodeModules: boolean;
  readonly sources: readonly { readonly label: string; readonly path: string; readonly exclude: string }[];
  readonly folder: string;
  readonly compression: Compression;
  readonly excludeCaches: boolean;
  readonly excludeIfPresent: string;
  readonly unreadable: 'warn' | 'fail';
  readonly whenBusy: 'wait' | 'refuse';
  /** Minutes, empty for no limit. */
  readonly timeLimit: string | number;
  readonly planId: string;
  readonly template: string;
}

/** What a message may say about its backup. */
interface Overrides {
  readonly manual?: unknown;
  readonly name?: unknown;
  readonly keep_days?: unknown;
  readonly extra?: unknown;
}

export interface PlanContext {
  readonly red: NodeAPI;
  readonly nodeId: string;
  readonly userDir: string;
  readonly instanceName: string;
}

const DEFAULT_FOLDER = 'backups';
const DEFAULT_NAME = '{{kind}} backup {{node_red_version}}';
const MINUTE_MS = 60_000;

export function planIdOf(config: PlanConfig, nodeId: string): string {
  return config.planId === '' ? nodeId : config.planId;
}

/** Absolute: a relative folder lies in the user directory. */
export function folderOf(config: PlanConfig, userDir: string): string {
  const folder = config.folder.trim();
  if (folder === '') return join(userDir, DEFAULT_FOLDER);
  return isAbsolute(folder) ? folder : resolve(userDir, folder);
}

/**
 * @throws BackupError `invalid_request` when an override is of the wrong kind
 */
export function requestFor(config: PlanConfig, message: NodeMessageInFlow, context: PlanContext): BackupRequest {
  const overrides = message as Overrides;
  const automatic = overrides.manual !== true;
  return {
    planId: planIdOf(config, context.nodeId),
    planName: planName(config),
    name: nameFor(config, overrides, { automatic, context }),
    automatic,
    sources: sourcesOf(config, context),
    folder: folderOf(config, context.userDir),
    compression: config.compression,
    excludeCaches: config.excludeCaches,
    excludeIfPresent: lines(config.excludeIfPresent),
    unreadable: config.unreadable,
    keepDays: keepDays(overrides.keep_days),
    extra: extra(overrides.extra),
    timeoutMs: config.timeLimit === '' ? null : Number(config.timeLimit) * MINUTE_MS,
    whenBusy: config.whenBusy,
    nodeId: context.nodeId,
  };
}

function planName(config: PlanConfig): string {
  return config.name === '' ? 'backup' : config.name;
}

function nameFor(
  config: PlanConfig,
  { name }: Overrides,
  { automatic, context }: { automatic: boolean; context: PlanContext },
): string {
  if (name !== undefined) {
    if (typeof name !== 'string') throw new BackupError('invalid_request', 'msg.name must be a text.');
    return name;
  }
  return render(config.backupName === '' ? DEFAULT_NAME : config.backupName, {
    plan_name: planName(config),
    instance_name: context.instanceName,
    node_red_version: redVersion(context.red) ?? '',
    kind: automatic ? 'Automatic' : 'Custom',
    ...timeView(),
  }).trim();
}

function sourcesOf(config: PlanConfig, { red, userDir }: PlanContext): SourceSpec[] {
  const settings = red.settings as FileSettings;
  const sources: SourceSpec[] = config.sources.map(({ label, path, exclude }) => ({
    kind: 'folder',
    label,
    path,
    exclude: lines(exclude),
  }));
  if (!config.nodeRed) return sources;
  const nodeRed: SourceSpec = {
    kind: 'node-red',
    label: 'node-red',
    path: userDir,
    exclude: lines(config.nodeRedExclude),
    flowFile: flowFileOf(settings, userDir),
    settingsFile: settingsFileOf(settings),
    includeNodeModules: config.includeNodeModules,
  };
  return [nodeRed, ...sources];
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line.trim() !== '');
}

function keepDays(value: unknown): number | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'number') return value;
  throw new BackupError('invalid_request', 'msg.keep_days must be a number of days.');
}

function extra(value: unknown): BackupRequest['extra'] {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as BackupRequest['extra'];
  throw new BackupError('invalid_request', 'msg.extra must be an object of texts, numbers and booleans.');
}
