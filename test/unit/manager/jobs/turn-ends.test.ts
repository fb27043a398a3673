import assert from 'node:assert/strict';
import { nextTurn } from '../../../../src/clock.ts';
import type { Job, ReceiveJob } from '../../../../src/manager/jobs/job.ts';
import { engineBench } from '../../../helpers/engine-bench.ts';
import { gate } from '../../../helpers/fake-archive.ts';

const { signal } = new AbortController();

describe('who hears that a job has ended', () => {
  const bench = engineBench();

  /** Garbage, which is refused when it is looked at: it had its turn then. */
  const send = (): ReceiveJob => {
    const bytes = Buffer.from('garbage');
    return bench().engine.receive({ fileName: 'x.tar.zst', size: bytes.length, content: chunks(bytes) });
  };
  async function* chunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    yield bytes;
  }
  const hadItsTurn = { code: 'archive_corrupt' };

  /** Asks in the moment in which the event is told. */
  const atTheEventOf = <T>(kind: string, ask: () => T): Promise<T> =>
    new Promise((resolve) => {
      const leave = bench().engine.events.subscribe((event) => {
        if (event.manager_state !== kind || !['completed', 'failed'].includes(event.event_type)) return;
        leave();
        resolve(ask());
      });
    });

  /** Asks as soon as it is to be read in the history, which is before the event is told. */
  const atTheEntryOf = async <T>(job: Job<unknown>, ask: () => T): Promise<T> => {
    while (
      !bench()
        .engine.history()
        .some(({ job_id }) => job_id === job.jobId)
    )
      await nextTurn();
    return ask();
  };

  const refusing = (planId: string): Job<unknown> =>
    bench().engine.create(bench().request({ planId, whenBusy: 'refuse' }));
  /** Any promise of a job would be waited for by who waits for who gives it. */
  const held = <T>(job: Job<T>): { readonly result: Promise<T> } => ({ result: job.result });

  it('can have a backup made that does not wait', async () => {
    const { engine, request } = bench();
    const next = atTheEventOf('create_backup', () => held(refusing('second')));
    const first = engine.create(request({ planId: 'first' }));
    await first.result;
    await (
      await next
    ).result;
    const third = engine.create(request({ planId: 'third' }));
    await (
      await atTheEntryOf(third, () => held(refusing('fourth')))
    ).result;
  });

  it('can send a file, also after a file that was refused', async () => {
    const { engine, request } = bench();
    const next = atTheEventOf('create_backup', () => held(send()));
    const made = engine.create(request());
    await made.result;
    await assert.rejects((await next).result, hadItsTurn);
    const bad = send();
    const after = await atTheEntryOf(bad, () => held(send()));
    await assert.rejects(bad.result, hadItsTurn);
    await assert.rejects(after.result, hadItsTurn);
  });

  it('can delete what it read', async () => {
    const { engine, request } = bench();
    await engine.create(request()).result;
    const { backup_id: backupId } = await engine.create(request()).result;
    const remove = (): Promise<unknown> =>
      engine.retention.delete({ backupId, agentIds: ['local'], lastCopy: true }, signal);
    const verified = engine.verify(backupId, 'local', null);
    await atTheEntryOf(verified, remove);
    await assert.rejects(engine.locations.find(backupId, signal), { code: 'backup_not_found' });
  });

  for (const [what, ask] of [
    ['a file', send],
    ['a backup that does not wait in line', () => refusing('other')],
  ] as const)
    it(`waits for one that was ended and does not stop, but not for long: ${what}`, async () => {
      const { engine, request, archive, clock, until } = bench();
      const door = gate();
      archive.during = () => door.passed;
      archive.heedsSignal = false;
      const stuck = engine.create(request({ planId: 'stuck' }));
      await until('create:archive');
      await assert.rejects(ask().result, { code: 'busy', temporary: true });
      stuck.cancel();
      const next = ask();
      // One that waits is not about to end.
      await assert.rejects(refusing('one more').result, { code: 'busy' });
      while (clock.pending < 2) await nextTurn();
      assert.equal(engine.jobs().length, 2);
      // Both have the same patience, and the first has gone on without its work only when it was told.
      clock.advance(15_000);
      await assert.rejects(stuck.result, { code: 'canceled' });
      await assert.rejects(next.result, { code: 'busy', temporary: true });
      door.open();
    });
});
