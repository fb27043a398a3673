import type { DeleteReport, Engine } from '../../../src/index.ts';
import { backupIdOf, bodyOf, checkConfirmed, flagIn, locationOf, textsIn } from '../../lib/http/asked.ts';
import type { Asked } from '../../lib/http/serve.ts';

const MOST_LOCATIONS = 100;

export async function deleteCopies(engine: Engine, { request }: Asked): Promise<DeleteReport> {
  const backupId = backupIdOf(request);
  const body = bodyOf(request);
  checkConfirmed(body);
  const agentIds = textsIn(body, 'agent_ids', MOST_LOCATIONS).map((agentId) => locationOf(engine, agentId).id);
  const asked = { backupId, agentIds, lastCopy: flagIn(body, 'last_copy') };
  // It goes on when who asked goes away: half a removal helps nobody.
  return engine.retention.delete(asked, new AbortController().signal);
}
