/** One run of a backup-restore node. */
import type { Node, NodeAPI, NodeMessageInFlow, NodeStatus } from 'node-red';
import { isoLocal, systemClock, type Engine, type IntoReport, type RestoreReport } from '../../src/index.ts';
import { environmentOf } from '../lib/restore-at-start.ts';
import { chosenBackup, type Choice } from './restore-choice.ts';
import { pathsOf, targetOf, type RestoreConfig } from './restore-config.ts';
import type { Worked } from '../lib/run-job.ts';
import type { Runtime } from '../lib/runtime.ts';

export interface RestoreAsked {
  readonly red: NodeAPI;
  readonly node: Node;
  readonly config: RestoreConfig;
  readonly message: NodeMessageInFlow;
  readonly runtime: Runtime;
}

/** @throws BackupError */
export async function restoreWork(engine: Engine, asked: RestoreAsked): Promise<Worked> {
  const { red, config, message, node, runtime } = asked;
  const { userDir } = runtime;
  if (config.mode === 'undo') {
    const report = await engine.undoRestore(userDir, true);
    askForRestart(red, config, 'Restart Node-RED to take the last restore back.');
    return worked(message, report, null);
  }
  const choice = await chosenBackup(node, { config, message, runtime, engine });
  if (config.mode === 'folder') return worked(message, await toFolder(engine, asked, choice), choice);
  const report = await intoNodeRed(engine, asked, choice);
  askForRestart(red, config, `Restart Node-RED to restore ${choice.record.name}.`);
  return worked(message, report, choice);
}

function toFolder(engine: Engine, asked: RestoreAsked, { record, agentId }: Choice): Promise<RestoreReport> {
  const { config, message, node, runtime } = asked;
  return engine.restore({
    backupId: record.backup_id,
    agentId,
    target: targetOf(config, engine.instanceName, runtime.userDir),
    paths: pathsOf(config, message),
    overwrite: config.overwrite,
    keepSetuid: false,
    nodeId: node.id,
  }).result;
}

function intoNodeRed(engine: Engine, asked: RestoreAsked, { record, agentId }: Choice): Promise<IntoReport> {
  const { red, config, message, node, runtime } = asked;
  const { userDir } = runtime;
  return engine.restoreInto({
    backupId: record.backup_id,
    agentId,
    userDir,
    running: environmentOf(red, userDir),
    useSettings: config.useSettings,
    installModules: config.installModules,
    confirmFewerLogins: config.fewerLogins,
    nodeId: node.id,
    automatic: (message as { readonly manual?: unknown }).manual !== true,
  }).result;
}

function worked(message: NodeMessageInFlow, report: RestoreReport | IntoReport, choice: Choice | null): Worked {
  const place = choice === null ? {} : { backup: structuredClone(choice.record), agent_id: choice.agentId };
  return {
    result: { ...message, ...place, payload: structuredClone(report) },
    failure: null,
    status: 'state' in report ? WAITING : restored(report),
  };
}

export const WAITING: NodeStatus = { fill: 'yellow', shape: 'ring', text: 'restart to apply' };

function restored({ files }: RestoreReport): NodeStatus {
  return { fill: 'green', shape: 'dot', text: `${isoLocal(systemClock.now()).slice(11, 16)} · ${files} files` };
}

/** A short notice in open editors. */
function askForRestart(red: NodeAPI, { notice }: RestoreConfig, text: string): void {
  if (!notice) return;
  const payload = { type: 'warning', text, timeout: 20_000 };
  red.events.emit('runtime-event', { id: 'nightkeep-restore', payload, retain: false });
}
