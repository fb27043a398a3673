/** The lists of backups, and one record. */
import { toBackupError, type AgentId, type BrokenEntry, type Engine, type ErrorCode } from '../../../src/index.ts';
import { backupIdOf, locationOf, queryText } from '../../lib/http/asked.ts';
import { listedRow, type ListedBackup } from './backup-row.ts';
import type { Asked } from '../../lib/http/serve.ts';

type Broken = BrokenEntry & { readonly agent_id: AgentId };

interface Found {
  /** Newest first. */
  readonly backups: readonly ListedBackup[];
  readonly broken: readonly Broken[];
  /** What contradicts the backup that was made here, or another copy. */
  readonly conflicts: readonly Broken[];
}

/** Of one location. */
interface LocationList extends Found {
  readonly agent_id: AgentId;
  /** Null when it could be listed; a location that could not is no failure of the request. */
  readonly error: { readonly code: ErrorCode; readonly message: string } | null;
  /** Bytes, null when the location cannot tell. */
  readonly free: number | null;
}

interface WholeList extends Found {
  readonly agent_errors: Readonly<Record<AgentId, string>>;
}

export async function answerList(engine: Engine, { request, signal }: Asked): Promise<LocationList | WholeList> {
  const at = queryText(request, 'at');
  if (at !== null) return listAt(engine, locationOf(engine, at).id, signal);
  const { backups, broken, agent_errors } = await engine.locations.list(signal);
  return { backups: backups.map(listedRow), ...sorted(broken), agent_errors };
}

async function listAt(engine: Engine, agent_id: AgentId, signal: AbortSignal): Promise<LocationList> {
  try {
    const { backups, broken, free } = await engine.locations.report(agent_id, signal);
    const named = broken.map((entry) => ({ ...entry, agent_id }));
    return { agent_id, backups: backups.map(listedRow), ...sorted(named), error: null, free };
  } catch (error) {
    const { code, message } = toBackupError(error);
    return { agent_id, backups: [], broken: [], conflicts: [], error: { code, message }, free: null };
  }
}

function sorted(all: readonly Broken[]): Pick<Found, 'broken' | 'conflicts'> {
  const isConflict = ({ reason }: Broken): boolean => reason === 'conflict';
  return { broken: all.filter((entry) => !isConflict(entry)), conflicts: all.filter(isConflict) };
}

/** The whole record, with the locations that could not be asked. */
export async function answerRecord(engine: Engine, { request, signal }: Asked): Promise<object> {
  const { record, errors } = await engine.locations.find(backupIdOf(request), signal);
  return { ...record, agent_errors: Object.fromEntries([...errors].map(([id, { message }]) => [id, message])) };
}
