import assert from 'node:assert/strict';
import type { LastVerified, Row } from '../../../nodes/editor/answers.ts';
import { safetyOf, totalsOf, type Safety } from '../../../nodes/editor/model/copies.ts';
import { deletion } from '../../../nodes/editor/model/deletion.ts';
import { mergeLists, knownLists } from '../../../nodes/editor/model/merge-lists.ts';
import { DATE, info, place, ready, row } from '../../helpers/editor-rows.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const LOCAL = place('local', true);
const NAS = place('nas', false);

const proven = (agentId: string, last_verified: LastVerified): Row['agents'] => ({
  [agentId]: { name: agentId, size: 1000, date: DATE, last_verified },
});

function judge(...lists: readonly ReturnType<typeof ready>[]): readonly Safety[] {
  const states = new Map(lists);
  return safetyOf({ info: info(), rows: mergeLists(knownLists(states)), states, now: NOW });
}

describe('how safe the newest backup is', () => {
  it('counts copies, and those on other machines', () => {
    const [safety] = judge(ready(LOCAL, [row({}, ['local'])]), ready(NAS, [row({}, ['nas'])]));
    assert.deepEqual([safety?.copies, safety?.elsewhere], [2, 1]);
    assert.deepEqual(safety?.stale, { copies: false, elsewhere: false, verified: true });
  });

  it('finds one copy on this machine alone too few', () => {
    const [safety] = judge(ready(LOCAL, [row()]));
    assert.deepEqual(safety?.stale, { copies: true, elsewhere: true, verified: true });
    assert.equal(safety.verified, null);
  });

  it('does not count the copies of an older backup', () => {
    const older = row({ backup_id: 'old', date: '2026-11-01T03:00:00Z' }, ['nas']);
    const [safety] = judge(ready(LOCAL, [row()]), ready(NAS, [older]));
    assert.deepEqual([safety?.newest.backup_id, safety?.copies, safety?.elsewhere], [row().backup_id, 1, 0]);
  });

  it('takes a proof of any backup of the plan, and only while it is a month old at most', () => {
    const at = (date: string, ok: boolean): Safety['stale'] | undefined => {
      const older = row({ backup_id: 'old', date: '2026-01-01T03:00:00Z' });
      const agents = proven('local', { date, ok, problem: ok ? null : 'damaged' });
      return judge(ready(LOCAL, [row(), { ...older, agents }]))[0]?.stale;
    };
    assert.equal(at('2026-10-22T12:00:00Z', true)?.verified, false);
    assert.equal(at('2026-10-21T11:59:00Z', true)?.verified, true);
    assert.equal(at('2026-11-21T11:00:00Z', false)?.verified, true, 'a copy that was found damaged proves nothing');
  });

  it('says nothing of plans without a backup, nor of backups of another Node-RED', () => {
    assert.deepEqual(judge(ready(LOCAL, [])), []);
    assert.deepEqual(judge(ready(LOCAL, [row({ instance_id: 'another' })])), []);
  });

  it('knows that it does not know all while a location has not answered', () => {
    const slow = { location: NAS, state: 'slow', list: null, error: null } as const;
    assert.equal(judge(ready(LOCAL, [row()]), ['nas', slow])[0]?.isComplete, false);
    const down = { ...slow, state: 'failed', error: 'refused' } as const;
    assert.equal(judge(ready(LOCAL, [row()]), ['nas', down])[0]?.isComplete, true);
  });
});

describe('what lies at a location', () => {
  it('is counted by the size of its own copies', () => {
    const other = row({ backup_id: 'b', date: '2026-11-19T03:00:00Z', size: 7 }, []);
    assert.deepEqual(totalsOf('local', [other, row()]), { backups: 2, bytes: 1007, newest: DATE });
    assert.deepEqual(totalsOf('local', []), { backups: 0, bytes: 0, newest: null });
  });
});

describe('what deleting leaves', () => {
  it('is told by the locations that are not chosen', () => {
    const both = row({}, ['local', 'nas']);
    assert.deepEqual(deletion(both, ['local']), { left: ['nas'], isLast: false });
    assert.deepEqual(deletion(both, ['local', 'nas']), { left: [], isLast: true });
    assert.deepEqual(deletion(both, []), { left: ['local', 'nas'], isLast: false });
  });
});
