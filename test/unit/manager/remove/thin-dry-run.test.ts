import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatSidecar } from '../../../../src/agents/sidecar.ts';
import type { ThinRequest } from '../../../../src/manager/requests.ts';
import type { RetentionPolicy } from '../../../../src/retention/policy.ts';
import { engineBench } from '../../../helpers/engine-bench.ts';
import { isLongRun, recordFigure, tellProgress } from '../../../helpers/figures.ts';
import { memoryAgent } from '../../../helpers/memory-agent.ts';
import { MemoryStore } from '../../../helpers/memory-store.ts';
import { recordOf } from '../../../helpers/records.ts';

const RUNS = isLongRun ? 10_000 : 100;
const HOUR_MS = 3_600_000;
const CONTENT = Buffer.from('an archive');
const OTHER = 'f'.repeat(32);
const { signal } = new AbortController();

const backup = fc.record({
  /** Hours before now; some are in the future. */
  age: fc.integer({ min: -30, max: 2000 }),
  pinned: fc.boolean(),
  automatic: fc.boolean(),
  expires: fc.option(fc.integer({ min: -500, max: 500 }), { freq: 2 }),
  bytes: fc.constantFrom(400, 1000),
  plan_id: fc.constantFrom('plan', 'other'),
});
const policy = fc
  .tuple(fc.nat({ max: 3 }), fc.nat({ max: 5 }), fc.nat({ max: 3 }))
  .map(([keep_last, keep_daily, keep_weekly]): RetentionPolicy => ({ keep_last, keep_daily, keep_weekly }));

describe('a real run of retention', function () {
  this.timeout(3_600_000);
  const bench = engineBench();

  it('decides what a dry run decides, and leaves exactly that', async () => {
    const { engine, clock } = bench();
    let number = 0;
    const iso = (hoursAgo: number): string => new Date(clock.now() - hoursAgo * HOUR_MS).toISOString();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(backup, { maxLength: 12, size: 'max' }),
        policy,
        fc.boolean(),
        async (backups, rules, automaticOnly) => {
          const store = new MemoryStore();
          for (const [index, { age, expires, ...rest }] of backups.entries()) {
            const time = iso(age).slice(0, 19).replace(/[-:]/g, '');
            const changes = { ...rest, date: iso(age), expires: expires === null ? null : iso(expires) };
            const backup_id = `${time}Z-${String(index).padStart(8, '0')}`;
            const record = recordOf(CONTENT, { ...changes, backup_id, instance_id: OTHER });
            store.files.set(record.file, CONTENT);
            store.files.set(`${backup_id}.json`, Buffer.from(formatSidecar(record)));
          }
          const agentId = `location ${number++}`;
          const unregister = engine.locations.register(memoryAgent(agentId, store));
          const base = { agentId, instanceId: OTHER, planIds: null, arrived: null, policy: rules, automaticOnly };
          const request: ThinRequest = { ...base, dryRun: true, acknowledge: false, nodeId: null, automatic: true };
          tellProgress(`run ${String(++run)} of ${String(RUNS)}`);
          const dry = await engine.retention.thin(request, signal);
          assert.equal(store.files.size, 2 * backups.length, 'a dry run removes nothing');
          const real = await engine.retention.thin({ ...request, dryRun: false }, signal);
          unregister();
          assert.deepEqual(real.decisions, dry.decisions);
          assert.deepEqual(real.held, dry.held);
          const keep = real.decisions.filter((decision) => decision.keep).map(({ backup_id }) => `${backup_id}.json`);
          const left = [...store.files.keys()].filter((name) => name.endsWith('.json'));
          assert.deepEqual(left.sort(), keep.sort());
          assert.equal(store.files.size, 2 * keep.length);
        },
      ),
      { numRuns: RUNS },
    );
    recordFigure('retention: a dry run decides what a real one does', `${RUNS} of ${RUNS}`);
  });
});
