/** From a backup-create node's settings, and what a message may override, to the request for one backup. */
import type { NodeAPI, NodeMessageInFlow } from 'node-red';
import type { BackupRequest, SourceSpec } from '../../src/index.ts';
import { asNumber, asText, isGiven } from './message-values.ts';
import { credentialSecretOf, flowFileOf, settingsFileOf, type FileSettings } from './node-red-files.ts';
import { folderOf, planIdOf, type PlanConfig } from './plan-config.ts';
import { redVersion } from './runtime.ts';
import { render, timeView } from './template.ts';

/** What a message may say about its backup. Values of the wrong kind are refused by the engine, which says so everywhere. */
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
  readonly encryption: BackupRequest['encryption'];
}

const DEFAULT_NAME = '{{kind}} backup {{node_red_version}}';
const MINUTE_MS = 60_000;

export function requestFor(config: PlanConfig, message: NodeMessageInFlow, context: PlanContext): BackupRequest {
  const overrides = message as Overrides;
  const automatic = overrides.manual !== true;
  return {
    planId: planIdOf(config, context.nodeId),
    planName: planName(config),
    name: isGiven(overrides.name) ? asText(overrides.name) : nameFor(config, automatic, context),
    automatic,
    sources: sourcesOf(config, context),
    folder: folderOf(config, context.userDir),
    compression: config.compression,
    encryption: context.encryption,
    excludeCaches: config.excludeCaches,
    excludeIfPresent: lines(config.excludeIfPresent),
    unreadable: config.unreadable,
    copyDatabases: config.copyDatabases,
    keepDays: isGiven(overrides.keep_days) && overrides.keep_days !== 'never' ? asNumber(overrides.keep_days) : null,
    extra: (isGiven(overrides.extra) ? overrides.extra : {}) as BackupRequest['extra'],
    timeoutMs: config.timeLimit === '' ? null : Number(config.timeLimit) * MINUTE_MS,
    whenBusy: config.whenBusy,
    nodeId: context.nodeId,
  };
}

function planName({ name }: PlanConfig): string {
  return name === '' ? 'backup' : name;
}

function nameFor(config: PlanConfig, automatic: boolean, { red, instanceName }: PlanContext): string {
  return render(config.backupName, DEFAULT_NAME, {
    plan_name: planName(config),
    instance_name: instanceName,
    node_red_version: redVersion(red) ?? '',
    kind: automatic ? 'Automatic' : 'Custom',
    ...timeView(),
  }).trim();
}

function sourcesOf(config: PlanConfig, { red, userDir }: PlanContext): SourceSpec[] {
  const sources: SourceSpec[] = config.sources.map(({ label, path, exclude }) => ({
    kind: 'folder',
    label,
    path,
    exclude: lines(exclude),
  }));
  if (!config.nodeRed) return sources;
  const settings = red.settings as FileSettings;
  const nodeRed: SourceSpec = {
    kind: 'node-red',
    label: 'node-red',
    path: userDir,
    exclude: lines(config.nodeRedExclude),
    flowFile: flowFileOf(settings, userDir),
    settingsFile: settingsFileOf(settings),
    includeNodeModules: config.includeNodeModules,
    credentialSecret: credentialSecretOf(red.settings),
  };
  return [nodeRed, ...sources];
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line.trim() !== '');
}
