import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyRetention } from '../../../src/retention/apply-retention.ts';
import { recordFigure } from '../../helpers/figures.ts';
import { HISTORIES, POLICIES } from '../../helpers/restic-cases.ts';
import { askRestic, keepsOldest, type ResticAnswers } from '../../helpers/restic.ts';

const FIXTURE = join(import.meta.dirname, '../../fixtures/restic-forget.json');

/** Compares with what we keep, but for the oldest where that restic has no such rule yet. */
function compare({ version, histories, cases }: ResticAnswers): number {
  const withOldest = keepsOldest(version);
  for (const { host, policy, keep } of cases) {
    const ours = applyRetention(histories[host] ?? [], policy, Date.now())
      .filter(({ reasons }) => reasons.some((reason) => withOldest || !reason.endsWith(':oldest')))
      .map(({ backup_id }) => backup_id);
    assert.deepEqual(ours.sort(), [...keep].sort(), `${host}: ${JSON.stringify(policy)}`);
  }
  return cases.length;
}

describe('the rules of retention and restic', () => {
  it('agree in all cases that were made with the real program', () => {
    const answers = JSON.parse(readFileSync(FIXTURE, 'utf8')) as ResticAnswers;
    assert.equal(answers.cases.length, HISTORIES.length * POLICIES.length);
    const agreed = compare(answers);
    recordFigure('retention: agreement with restic forget', `${agreed} of ${agreed} cases (${answers.version})`);
  });

  it('agree with the restic of this machine', async () => {
    const histories = HISTORIES.map(({ host, times }) => ({ host, times: times.slice(0, 4) })).slice(6, 9);
    const policies = [{ keep_daily: 2 }, { keep_last: 1, keep_monthly: 2 }, { keep_within_weekly: '1m' }];
    const answers = await askRestic(histories, policies);
    assert.equal(compare(answers), 9);
  });
});
