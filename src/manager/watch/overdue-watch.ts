import { isoLocal, parseIso } from '../../clock.ts';
import type { Clock, Timer } from '../../clock.ts';
import type { OverdueEvent } from '../../events.ts';
import type { PlanId } from '../../model.ts';
import { deadlineAfter } from '../../schedule/deadline.ts';
import type { Expectation } from '../../schedule/deadline.ts';
import { planNote, withLocation, withPlanNote } from '../../store/plan-notes.ts';
import type { PlanNotes, WatchNote } from '../../store/plan-notes.ts';
import type { AutomaticPlan } from '../requests.ts';
import { overdueEvent, overdueText, type Lapse } from './overdue-event.ts';

/** How often it looks. */
const STEP_MS = 60_000;
/** A clock that went on by so much more or less than the time that passed was set, or the machine slept. */
const JUMP_MS = 300_000;
/** For so long after a jump and after the start nothing is told: a clock may still be put right, a missed run still be made. */
const SETTLE_MS = 900_000;

export interface OverdueWatchOptions {
  readonly clock: Clock;
  readonly notes: () => PlanNotes;
  /** ISO; null for never. */
  readonly lastCompleted: (planId: PlanId) => string | null;
  /** Whether the node of a location is deployed. */
  readonly isThere: (nodeId: string) => boolean;
  readonly change: (change: (notes: PlanNotes) => PlanNotes) => void;
  readonly publish: (event: OverdueEvent) => void;
}

/** Tells, once a lapse, that an expected backup or copy has not come. */
export class OverdueWatch {
  readonly #options: OverdueWatchOptions;
  readonly #plans = new Set<AutomaticPlan>();
  #timer: Timer | null = null;
  #settlesAt: number;
  #seen: { readonly now: number; readonly monotonic: number };

  constructor(options: OverdueWatchOptions) {
    const { clock } = options;
    this.#options = options;
    this.#seen = { now: clock.now(), monotonic: clock.monotonic() };
    this.#settlesAt = this.#seen.monotonic + SETTLE_MS;
  }

  add(plan: AutomaticPlan): void {
    if (plan.expectation === null) return;
    this.#plans.add(plan);
    this.#begin(plan, plan.expectation);
    this.#timer ??= this.#sleep();
  }

  remove(plan: AutomaticPlan): void {
    this.#plans.delete(plan);
    if (this.#plans.size === 0) this.close();
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#plans.clear();
  }

  /** What is overdue of a plan now, told or not. */
  overdue({ planId, planName, nodeId, expectation }: AutomaticPlan): readonly Lapse[] {
    const { notes, lastCompleted, isThere } = this.#options;
    const { watch, locations } = planNote(notes(), planId);
    if (expectation === null || watch === null) return [];
    const here = { agent_id: null, agent_name: null, planName, nodeId };
    const own = this.#lapse(expectation, { note: watch, last: lastCompleted(planId), ...here });
    const copies = Object.entries(locations)
      .filter(([, { node_id }]) => isThere(node_id))
      .map(([agent_id, note]) => {
        const since = laterOf(note.since, watch.since);
        return this.#lapse(expectation, {
          note: { ...note, since },
          last: note.last_copied,
          agent_id,
          agent_name: note.agent_name,
          planName,
          nodeId: note.node_id,
        });
      });
    return [own, ...copies].filter((lapse) => lapse !== null);
  }

  #lapse({ marginMs, every }: Expectation, watched: Watched): Lapse | null {
    const now = this.#options.clock.now();
    const { note, last } = watched;
    // What is dated in the future was dated by a clock that went wrong, and says nothing.
    const known = [note.since, ...(last === null ? [] : [last])].filter((time) => parseIso(time) <= now);
    const after = known.reduce((a, b) => laterOf(a, b), note.since);
    const deadline = deadlineAfter({ every, marginMs }, parseIso(after));
    if (deadline === null || deadline.overdueMs > now) return null;
    const { agent_id, agent_name, nodeId } = watched;
    const expected = isoLocal(deadline.expectedMs);
    const message = overdueText(watched, expected);
    return { item: { agent_id, agent_name, last, expected, message }, nodeId, after, isTold: note.told === after };
  }

  #sleep(): Timer {
    return this.#options.clock.setTimer(STEP_MS, () => {
      this.#timer = this.#sleep();
      this.#look();
    });
  }

  #look(): void {
    const { clock, publish } = this.#options;
    const now = clock.now();
    const monotonic = clock.monotonic();
    const jump = Math.abs(now - this.#seen.now - (monotonic - this.#seen.monotonic));
    this.#seen = { now, monotonic };
    if (jump > JUMP_MS) this.#settlesAt = monotonic + SETTLE_MS;
    for (const plan of this.#plans) if (plan.expectation !== null) this.#begin(plan, plan.expectation);
    if (monotonic < this.#settlesAt) return;
    for (const plan of this.#plans) {
      for (const lapse of this.overdue(plan)) {
        if (lapse.isTold) continue;
        this.#remember(plan.planId, lapse);
        publish(overdueEvent(plan, lapse));
      }
    }
  }

  #remember(planId: PlanId, { item: { agent_id }, after: told }: Lapse): void {
    this.#options.change((notes) => {
      if (agent_id !== null) return withLocation(notes, [planId, agent_id], { told });
      const { watch } = planNote(notes, planId);
      return watch === null ? notes : withPlanNote(notes, planId, { watch: { ...watch, told } });
    });
  }

  /** Counts from now on when something new is expected, or when it was noted by a clock that went wrong. */
  #begin({ planId }: AutomaticPlan, expectation: Expectation): void {
    const { clock, notes, change } = this.#options;
    const key = JSON.stringify(expectation);
    const { watch } = planNote(notes(), planId);
    if (watch?.key === key && parseIso(watch.since) <= clock.now()) return;
    const since = isoLocal(clock.now());
    change((before) => withPlanNote(before, planId, { watch: { key, since, told: null } }));
  }
}

interface Watched {
  readonly note: WatchNote;
  readonly last: string | null;
  readonly agent_id: string | null;
  readonly agent_name: string | null;
  readonly planName: string;
  readonly nodeId: string;
}

function laterOf(a: string, b: string): string {
  return parseIso(a) >= parseIso(b) ? a : b;
}
