/** Which backup a message to a backup-restore node means, and where it lies. */
import type { Node, NodeMessageInFlow } from 'node-red';
import { BackupError, type AgentId, type BackupRecord, type Engine } from '../../src/index.ts';
import { chosenPlaces } from '../lib/chosen-places.ts';
import { asText, isGiven } from '../lib/message-values.ts';
import type { RestoreConfig } from './restore-config.ts';
import type { Runtime } from '../lib/runtime.ts';

export interface Choice {
  readonly record: BackupRecord;
  readonly agentId: AgentId;
}

export interface Asked {
  readonly config: RestoreConfig;
  readonly message: NodeMessageInFlow;
  readonly runtime: Runtime;
  readonly engine: Engine;
}

/**
 * The location that is chosen in the node goes before that of the message; with neither, all are looked at. Without an id, the
 * newest backup of this Node-RED is meant.
 *
 * @throws BackupError `backup_not_found`, or `invalid_request` when it is not clear which is meant
 */
export async function chosenBackup(node: Node, { config, message, runtime, engine }: Asked): Promise<Choice> {
  const { agent_id, backup, backup_id } = message as Readonly<Record<string, unknown>>;
  const { backup_id: ofBackup } = (backup ?? {}) as Readonly<Record<string, unknown>>;
  const wanted = isGiven(backup_id) ? asText(backup_id) : asText(ofBackup);
  const place = config.locations === null ? asText(agent_id) : await chosenLocation(node, config.locations, runtime);
  const signal = new AbortController().signal;
  if (place !== '') {
    const { records } = await engine.locations.listAt(place, signal);
    return { record: pick(records, wanted, engine), agentId: place };
  }
  const { backups } = await engine.locations.list(signal);
  const record = pick(backups, wanted, engine);
  const [agentId = ''] = Object.keys(backups.find(({ backup_id: id }) => id === record.backup_id)?.agents ?? {});
  return { record, agentId };
}

/** @param records - newest first */
function pick(records: readonly BackupRecord[], wanted: string, { instanceId }: Engine): BackupRecord {
  const fitting = wanted === '' ? records : records.filter(({ backup_id }) => backup_id === wanted);
  const own = fitting.find(({ instance_id }) => instance_id === instanceId);
  const [first] = fitting;
  if (first === undefined) {
    const what = wanted === '' ? 'No backup is there' : `Backup ${wanted} is not there`;
    throw new BackupError('backup_not_found', `${what}: see what backup-status lists.`);
  }
  if (own !== undefined) return own;
  const instances = new Set(fitting.map(({ instance_id }) => instance_id));
  if (instances.size === 1) return first;
  const names = [...new Set(fitting.map(({ instance_name }) => instance_name))].join(', ');
  const text = `The backups there are of several other Node-REDs (${names}). Say which one is meant: msg.backup_id.`;
  throw new BackupError('invalid_request', text);
}

async function chosenLocation(node: Node, chosen: unknown, runtime: Runtime): Promise<AgentId> {
  const [found] = chosenPlaces(node, chosen, runtime);
  if (found !== undefined) return found.agentId();
  throw new BackupError('invalid_request', 'locations: the chosen node is not deployed. Choose another.');
}
