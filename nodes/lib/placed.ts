import type { NodeMessage } from 'node-red';
import { isLocalAgent, type AgentId, type BackupRecord, type Engine } from '../../src/index.ts';

/** A backup at one location. */
export interface Placed {
  readonly record: BackupRecord;
  readonly agentId: AgentId;
  /** Of its archive; null where the location is no folder of this machine. */
  readonly filename: string | null;
}

/** A message with the backup and its place added: copies, because flows may change what they are given. */
export function withPlace(message: object, { record, agentId, filename }: Placed): NodeMessage {
  const result: Record<string, unknown> = {
    ...message,
    payload: structuredClone(record),
    backup: structuredClone(record),
    agent_id: agentId,
  };
  // That of the location it came from would mislead.
  if (filename === null) delete result['filename'];
  else result['filename'] = filename;
  return result;
}

export function placedAt(engine: Engine, agentId: AgentId, record: BackupRecord): Placed {
  const agent = engine.locations.agents().find(({ id }) => id === agentId);
  return { record, agentId, filename: agent !== undefined && isLocalAgent(agent) ? agent.archivePath(record) : null };
}
