import assert from 'node:assert/strict';
import { filterRows, NO_FILTER, plansOf } from '../../../nodes/editor/model/filter-rows.ts';
import { keepStates, knownLists, mergeLists } from '../../../nodes/editor/model/merge-lists.ts';
import { visibleRange } from '../../../nodes/editor/model/visible-range.ts';
import { listOf, place, ready, row } from '../../helpers/editor-rows.ts';

const OLD = row({ backup_id: '20261118T020000Z-00000001', date: '2026-11-18T03:00:00+01:00' });
const NEW = row({ backup_id: '20261120T020000Z-00000002', date: '2026-11-20T02:30:00Z' });

describe('the lists of all locations', () => {
  it('become one, newest first by the moment and not by the text, each backup with all that hold it', () => {
    const elsewhere = { ...OLD, pinned: true, agents: row({}, ['nas']).agents };
    const sooner = row({ backup_id: '20261120T000000Z-00000003', date: '2026-11-20T03:00:00+01:00' });
    const merged = mergeLists([listOf('local', [OLD, sooner, NEW]), listOf('nas', [elsewhere])]);
    assert.deepEqual(
      merged.map(({ backup_id }) => backup_id),
      [NEW.backup_id, sooner.backup_id, OLD.backup_id],
    );
    assert.deepEqual(Object.keys(merged[2]?.agents ?? {}), ['local', 'nas']);
    assert.equal(merged[2]?.pinned, true);
  });

  it('are kept for the locations that stay, and forgotten for those that go', () => {
    const states = new Map([ready(place('local', true), [OLD]), ready(place('nas', false), [OLD])]);
    const kept = keepStates([place('local', true), place('s3', false)], states);
    assert.deepEqual([...kept.keys()], ['local', 's3']);
    assert.equal(kept.get('s3')?.state, 'loading');
    assert.deepEqual(
      knownLists(kept).map(({ agent_id }) => agent_id),
      ['local'],
    );
  });
});

describe('the filter of the list', () => {
  const garden = row({ backup_id: 'g', name: 'Garden', plan_id: 'p2', plan_name: 'Garden' }, ['nas']);
  const rows = [NEW, OLD, garden];
  const ids = (filter: Partial<typeof NO_FILTER>): string[] =>
    filterRows(rows, { ...NO_FILTER, ...filter }).map(({ backup_id }) => backup_id);

  it('finds every word in name, plan, instance, id or day', () => {
    assert.deepEqual(ids({ search: '  ' }), [NEW.backup_id, OLD.backup_id, 'g']);
    assert.deepEqual(ids({ search: 'GARD' }), ['g']);
    assert.deepEqual(ids({ search: 'nightly 2026-11-18' }), [OLD.backup_id]);
    assert.deepEqual(ids({ search: '00000002' }), [NEW.backup_id]);
    assert.deepEqual(ids({ search: 'nightly garden' }), []);
  });

  it('keeps to a plan and a location', () => {
    assert.deepEqual(ids({ planId: 'p2' }), ['g']);
    assert.deepEqual(ids({ agentId: 'local' }), [NEW.backup_id, OLD.backup_id]);
    assert.deepEqual(ids({ agentId: 'constructor' }), []);
  });

  it('offers each plan once, and tells two of one name apart', () => {
    const twin = row({ plan_id: 'p3', plan_name: 'Garden' });
    assert.deepEqual(plansOf([...rows, twin]), [
      { planId: 'p2', name: 'Garden (p2)' },
      { planId: 'p3', name: 'Garden (p3)' },
      { planId: 'plan', name: 'Nightly' },
    ]);
  });
});

describe('the rows that are there of a long list', () => {
  it('are those in sight and a few around them', () => {
    const window = { rows: 5000, rowHeight: 50, height: 500 };
    assert.deepEqual(visibleRange({ ...window, scrolled: -200 }), [0, 16]);
    assert.deepEqual(visibleRange({ ...window, scrolled: 50_000 }), [990, 1020]);
    assert.deepEqual(visibleRange({ ...window, scrolled: 5000 * 50 - 500 }), [4980, 5000]);
    assert.deepEqual(visibleRange({ ...window, rows: 0, scrolled: 0 }), [0, 0]);
    // Scrolled past the end, e.g. while a filter shortens the list.
    assert.deepEqual(visibleRange({ ...window, rows: 3, scrolled: 10_000 }), [3, 3]);
  });
});
