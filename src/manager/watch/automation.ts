import { isoLocal, parseIso } from '../../clock.ts';
import type { EventBus } from '../../events.ts';
import type { PlanId } from '../../model.ts';
import { Scheduler } from '../../schedule/scheduler.ts';
import type { Schedule } from '../../schedule/schedule.ts';
import { checkSchedule } from '../../schedule/schedule.ts';
import { planNote, withLocation, withPlanNote } from '../../store/plan-notes.ts';
import type { LocationNote, PlanNotes } from '../../store/plan-notes.ts';
import { planState } from '../../store/state.ts';
import { toBackupError } from '../../errors.ts';
import type { EngineParts } from '../engine-parts.ts';
import { OverdueWatch } from './overdue-watch.ts';
import type { PlanOutlook } from '../reports.ts';
import type { AutomaticPlan, ExpectedCopy } from '../requests.ts';

interface Added {
  readonly plan: AutomaticPlan;
  readonly scheduler: Scheduler | null;
}

/** Puts the schedules of the plans, the watch over them and what is remembered of both together. */
export class Automation {
  readonly #parts: EngineParts;
  readonly #added = new Set<Added>();
  readonly #there = new Map<string, number>();
  readonly #watch: OverdueWatch;
  readonly #unsubscribe: () => void;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(parts: EngineParts, events: EventBus) {
    this.#parts = parts;
    this.#watch = new OverdueWatch({
      clock: parts.clock,
      notes: () => parts.store.plans.current,
      lastCompleted: (planId) => planState(parts.store.state.current, planId).last_completed,
      isThere: (nodeId) => this.#there.has(nodeId),
      change: (change) => {
        this.#change(change);
      },
      publish: (event) => {
        events.publish(event);
      },
    });
    this.#unsubscribe = events.subscribe(({ event_type, manager_state, plan_id, agent_id }) => {
      if (event_type !== 'completed' || manager_state !== 'copy_backup' || plan_id === null || agent_id === null)
        return;
      const last_copied = isoLocal(parts.clock.now());
      const known = planNote(parts.store.plans.current, plan_id).locations;
      if (Object.hasOwn(known, agent_id))
        this.#change((notes) => withLocation(notes, [plan_id, agent_id], { last_copied }));
    });
  }

  add(plan: AutomaticPlan): () => void {
    if (plan.schedule !== null) checkSchedule(plan.schedule);
    const added = { plan, scheduler: plan.schedule === null ? null : this.#schedule(plan, plan.schedule) };
    if (plan.schedule === null) this.#forgetSchedule(plan.planId);
    this.#added.add(added);
    this.#watch.add(plan);
    return () => {
      this.#added.delete(added);
      added.scheduler?.stop();
      this.#watch.remove(plan);
    };
  }

  expectCopy({ planId, agentId, agentName, nodeId }: ExpectedCopy): void {
    const since = isoLocal(this.#parts.clock.now());
    const known = planNote(this.#parts.store.plans.current, planId).locations[agentId];
    if (known?.node_id === nodeId && known.agent_name === agentName) return;
    const first: LocationNote = { agent_name: agentName, node_id: nodeId, since, told: null, last_copied: null };
    this.#change((notes) => {
      const { locations } = planNote(notes, planId);
      const before = locations[agentId] ?? first;
      const location = { ...before, agent_name: agentName, node_id: nodeId };
      return withPlanNote(notes, planId, { locations: { ...locations, [agentId]: location } });
    });
  }

  nodeIsThere(nodeId: string): () => void {
    this.#there.set(nodeId, (this.#there.get(nodeId) ?? 0) + 1);
    return () => {
      const left = (this.#there.get(nodeId) ?? 1) - 1;
      if (left > 0) this.#there.set(nodeId, left);
      else this.#there.delete(nodeId);
    };
  }

  forgetNode(nodeId: string): void {
    const { plans } = this.#parts.store.plans.current;
    const isIts = ({ node_id }: LocationNote): boolean => node_id === nodeId;
    for (const [planId, { locations }] of Object.entries(plans)) {
      if (!Object.values(locations).some(isIts)) continue;
      this.#change((notes) => {
        const left = Object.entries(planNote(notes, planId).locations).filter(([, location]) => !isIts(location));
        return withPlanNote(notes, planId, { locations: Object.fromEntries(left) });
      });
    }
  }

  outlook(): readonly PlanOutlook[] {
    return [...this.#added].map(({ plan, scheduler }) => {
      const next = scheduler?.next() ?? null;
      return {
        plan_id: plan.planId,
        plan_name: plan.planName,
        node_id: plan.nodeId,
        next_scheduled: next === null ? null : isoLocal(next),
        overdue: this.#watch.overdue(plan).map(({ item }) => item),
      };
    });
  }

  /** Resolves when what is to be remembered is on disk. */
  async close(): Promise<void> {
    this.#unsubscribe();
    for (const { scheduler } of this.#added) scheduler?.stop();
    this.#added.clear();
    this.#watch.close();
    await this.#writing;
  }

  #schedule({ planId, run }: AutomaticPlan, schedule: Schedule): Scheduler {
    const { clock, store } = this.#parts;
    const key = JSON.stringify([schedule.cron, schedule.timeZone]);
    const { schedule: known } = planNote(store.plans.current, planId);
    return new Scheduler({
      clock,
      schedule,
      settledMs: known?.key === key ? parseIso(known.settled) : null,
      // A plan that has never made a backup has not missed one: it may have been imported a minute ago.
      catchUp: planState(store.state.current, planId).last_attempted !== null,
      settle: (untilMs) => {
        const settled = isoLocal(untilMs);
        this.#change((notes) => withPlanNote(notes, planId, { schedule: { key, settled } }));
      },
      run,
    });
  }

  #forgetSchedule(planId: PlanId): void {
    if (planNote(this.#parts.store.plans.current, planId).schedule === null) return;
    this.#change((notes) => withPlanNote(notes, planId, { schedule: null }));
  }

  #change(change: (notes: PlanNotes) => PlanNotes): void {
    const written = this.#parts.store.plans.update(change).catch((error: unknown) => {
      this.#parts.warn(toBackupError(error).message);
    });
    this.#writing = Promise.all([this.#writing, written]);
  }
}
