/** From a backup-create node's settings, and what a message may override, to the request for one backup. */
import type { NodeAPI, NodeMessageInFlow } from 'node-red';
import type { BackupRequest, SourceSpec } from '../../src/index.ts';
import { factsOf } from '../lib/installation.ts';
import { asNumber, asText, isGiven } from '../lib/message-values.ts';
import { credentialSecretOf, flowFileOf, settingsFileOf, type FileSettings } from '../lib/node-red-files.ts';
import { folderOf, planIdOf, planNameOf, type PlanConfig } from './plan-config.ts';
import { redVersion } from '../lib/runtime.ts';
import { render, timeView } from '../lib/template.ts';

/** What a message may say about its backup. Values of the wrong kind are refused by the engine, which says so everywhere. */
interface Overrides {
  readonly manual?: unknown;
  readonly name?: unknown;
  readonly keep_days?: unknown;
  readonly extra?: unknown;
  /** Names of the tabs that a deploy changed. */
  readonly changed_tabs?: unknown;
  /** Whether the schedule makes up for a missed run. */
  readonly late?: unknown;
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
    planName: planNameOf(config),
    name: isGiven(overrides.name) ? asText(overrides.name) : nameFor(config, overrides, context),
    automatic,
    late: automatic && overrides.late === true,
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

function nameFor(config: PlanConfig, { manual, changed_tabs }: Overrides, { red, instanceName }: PlanContext): string {
  return render(config.backupName, DEFAULT_NAME, {
    plan_name: planNameOf(config),
    instance_name: instanceName,
    node_red_version: redVersion(red) ?? '',
    kind: manual === true ? 'Custom' : 'Automatic',
    changed_tabs: tabNames(changed_tabs),
    ...timeView(),
  }).trim();
}

/** A name has room for a few of them. */
function tabNames(changed: unknown): string {
  const names = Array.isArray(changed) ? changed.map(asText).filter((name) => name !== '') : [];
  const [most, longest] = [5, 30];
  const shown = names.slice(0, most).map((name) => (name.length > longest ? `${name.slice(0, longest)}…` : name));
  return names.length > most ? `${shown.join(', ')} and ${String(names.length - most)} more` : shown.join(', ');
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
    linkedModules: config.linkedModules,
    credentialSecret: credentialSecretOf(red.settings),
    facts: factsOf(red, userDir),
  };
  return [nodeRed, ...sources];
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line.trim() !== '');
}
