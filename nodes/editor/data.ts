/** What the sidebar shows, as it is known now, and keeps knowing it. */
import { get } from './api.ts';
import { after, monotonic } from './browser-clock.ts';
import type { BackupEvent, Info, ListAnswer, Row } from './answers.ts';
import { RED } from './red.ts';
import { applyEvent, jobsOf, type Jobs } from './model/job-progress.ts';
import { keepStates, knownLists, mergeLists, type LocationState } from './model/merge-lists.ts';

const EVENT = 'nightkeep-backup/event';
const CHANGED = 'nightkeep-backup/changed';
/** A location that has not answered by then is said to be slow. */
const SLOW_MS = 2_000;
/** Several changes that come together are asked for once. */
const SETTLE_MS = 250;

export interface Snapshot {
  /** Null until it came. */
  readonly info: Info | null;
  /** Why nothing can be shown, for people; null when it can. */
  readonly error: string | null;
  readonly states: ReadonlyMap<string, LocationState>;
  /** All that is known so far, newest first. */
  readonly rows: readonly Row[];
  readonly jobs: Jobs;
}

export type SnapshotListener = (snapshot: Snapshot) => void;

export class BackupData {
  #snapshot: Snapshot = { info: null, error: null, states: new Map(), rows: [], jobs: new Map() };
  /** Lists that are asked for; true when they changed meanwhile. */
  readonly #asked = new Map<string, boolean>();
  readonly #onChange: SnapshotListener;
  readonly #onEvent: (event: BackupEvent) => void;
  #cancelRefresh: (() => void) | null = null;
  #isClosed = false;

  constructor(onChange: SnapshotListener, onEvent: (event: BackupEvent) => void) {
    this.#onChange = onChange;
    this.#onEvent = onEvent;
    RED.comms.subscribe(EVENT, this.#heard);
    RED.comms.subscribe(CHANGED, this.refreshSoon);
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRefresh?.();
    RED.comms.unsubscribe(EVENT, this.#heard);
    RED.comms.unsubscribe(CHANGED, this.refreshSoon);
  }

  readonly refreshSoon = (): void => {
    this.#cancelRefresh ??= after(SETTLE_MS, () => {
      this.#cancelRefresh = null;
      void this.refresh();
    });
  };

  /** Asks for everything anew. Each location is asked by itself, so that a slow one holds up no other. */
  async refresh(): Promise<void> {
    try {
      const info = await get<Info>('info');
      const states = keepStates(info.locations, this.#snapshot.states);
      this.#change({ info, error: null, states, jobs: jobsOf(info, this.#snapshot.jobs) });
    } catch (error) {
      this.#change({ error: (error as Error).message });
      return;
    }
    for (const id of this.#snapshot.states.keys()) void this.#ask(id);
  }

  async #ask(id: string): Promise<void> {
    if (this.#asked.has(id)) {
      this.#asked.set(id, true);
      return;
    }
    this.#asked.set(id, false);
    const cancelSlow = after(SLOW_MS, () => this.#set(id, { state: 'slow' }));
    try {
      const list = await get<ListAnswer>(`list?at=${encodeURIComponent(id)}`);
      if (list.error === null) this.#set(id, { state: 'ready', list, error: null });
      else this.#set(id, { state: 'failed', error: list.error.message });
    } catch (error) {
      this.#set(id, { state: 'failed', error: (error as Error).message });
    } finally {
      cancelSlow();
      const isOutdated = this.#asked.get(id) === true;
      this.#asked.delete(id);
      if (isOutdated && !this.#isClosed) void this.#ask(id);
    }
  }

  #set(id: string, changes: Partial<LocationState>): void {
    const known = this.#snapshot.states.get(id);
    if (known === undefined) return;
    const states = new Map([...this.#snapshot.states, [id, { ...known, ...changes }]]);
    this.#change({ states });
  }

  #change(changes: Partial<Snapshot>): void {
    if (this.#isClosed) return;
    const states = changes.states ?? this.#snapshot.states;
    const rows = states === this.#snapshot.states ? this.#snapshot.rows : mergeLists(knownLists(states));
    this.#snapshot = { ...this.#snapshot, ...changes, rows };
    this.#onChange(this.#snapshot);
  }

  readonly #heard = (_topic: string, payload: unknown): void => {
    const event = payload as BackupEvent;
    this.#change({ jobs: applyEvent(this.#snapshot.jobs, event, monotonic()) });
    if (event.event_type === 'in_progress') return;
    this.#onEvent(event);
    this.refreshSoon();
  };
}
