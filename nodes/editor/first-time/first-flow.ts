/** The flow that somebody's first choices come to. Pure. */

/** A node as it stands in a flow file, with the credentials that are to be stored. */
export type NewNode = Readonly<Record<string, unknown>>;

/** Of a server that copies go to; all as typed. */
export interface Server {
  readonly host: string;
  readonly port: string;
  readonly username: string;
  readonly password: string;
  readonly privateKey: string;
  readonly folder: string;
  /** Fingerprint that was accepted. */
  readonly hostKey: string;
}

/** Where copies go besides the folder `backups` of the user directory. */
export type Where =
  | { readonly kind: 'here' }
  | { readonly kind: 'disk'; readonly folder: string; readonly mounted: boolean }
  | { readonly kind: 'sftp'; readonly server: Server };

export interface Key {
  readonly identity: string;
  readonly recipient: string;
}

export interface Choices {
  readonly where: Where;
  readonly key: Key;
  /** `03:00` */
  readonly time: string;
  /** Whether old backups are removed but for 7 daily, 4 weekly and 6 monthly ones. */
  readonly thins: boolean;
}

/** What makes nodes: fresh ids, the settings of a node that was just dropped, and names in the language of the editor. */
export interface Workshop {
  readonly newId: () => string;
  readonly defaultsOf: (type: string) => NewNode;
  readonly nameOf: (what: 'tab' | 'plan' | 'key' | 'disk' | 'newest' | 'generations' | 'failures' | 'phone') => string;
}

export interface FirstFlow {
  readonly tabId: string;
  /** Of the node that makes the backups; null where there is none. */
  readonly createId: string | null;
  readonly nodes: readonly NewNode[];
}

const GENERATIONS = { keepLast: '', keepDaily: '7', keepWeekly: '4', keepMonthly: '6' };
const NEWEST = { keepLast: '2', keepDaily: '', keepWeekly: '', keepMonthly: '' };
/** So far apart that what stands below a node does not reach below the next one. */
const COLUMNS = [170, 510, 850] as const;
const ROWS = [100, 180, 260] as const;

type Place = readonly [column: 0 | 1 | 2, row: 0 | 1 | 2];

class Canvas {
  readonly tabId: string;
  readonly nodes: NewNode[];
  readonly #workshop: Workshop;

  constructor(workshop: Workshop) {
    this.#workshop = workshop;
    this.tabId = workshop.newId();
    this.nodes = [{ id: this.tabId, type: 'tab', label: workshop.nameOf('tab'), disabled: false, info: '' }];
  }

  /** @returns its id */
  put(type: string, [column, row]: Place, settings: NewNode): string {
    const place = { z: this.tabId, x: COLUMNS[column], y: ROWS[row] };
    return this.config(type, { ...place, ...settings });
  }

  config(type: string, settings: NewNode): string {
    const id = this.#workshop.newId();
    this.nodes.push({ ...this.#workshop.defaultsOf(type), id, type, ...settings });
    return id;
  }
}

/** A backup every day, encrypted, with its copies and generations, and a place to hang on who is told of failures. */
export function firstFlow(choices: Choices, workshop: Workshop): FirstFlow {
  const { nameOf } = workshop;
  const { where, key, thins } = choices;
  const canvas = new Canvas(workshop);
  const generations = (at: Place): string[] =>
    thins ? [canvas.put('retention', at, { name: nameOf('generations'), ...GENERATIONS, wires: [[], []] })] : [];
  const newest = (): string[] =>
    thins ? [canvas.put('retention', [1, 0], { name: nameOf('newest'), ...NEWEST, wires: [[], []] })] : [];
  const after = where.kind === 'here' ? generations([1, 0]) : [...newest(), ...away(where, generations([2, 1]))];
  function away(place: Exclude<Where, { kind: 'here' }>, next: readonly string[]): string[] {
    return [location(canvas, place, { at: [1, 1], next, nameOf })];
  }
  const keyId = canvas.config('backup-key', {
    ...{ name: nameOf('key'), kind: 'identity', recipient: key.recipient },
    credentials: { identity: key.identity },
  });
  const schedule = { schedule: 'daily', scheduleTime: choices.time };
  const plan = { name: nameOf('plan'), key: keyId, ...schedule, wires: [after, []] };
  const createId = canvas.put('backup-create', [0, 0], plan);
  const phone = canvas.put('debug', [1, 2], { name: nameOf('phone'), complete: 'payload.message', wires: [] });
  const unheard = { stages: false, progress: false, completed: false, deleted: false };
  canvas.put('backup-event', [0, 2], { name: nameOf('failures'), ...unheard, wires: [[phone]] });
  return { tabId: canvas.tabId, createId, nodes: canvas.nodes };
}

/** A place alone, so that the backups there are listed. */
export function placeFlow(where: Exclude<Where, { kind: 'here' }>, workshop: Workshop): FirstFlow {
  const canvas = new Canvas(workshop);
  location(canvas, where, { at: [0, 0], next: [], nameOf: workshop.nameOf });
  return { tabId: canvas.tabId, createId: null, nodes: canvas.nodes };
}

interface Standing {
  readonly at: Place;
  readonly next: readonly string[];
  readonly nameOf: Workshop['nameOf'];
}

function location(canvas: Canvas, where: Exclude<Where, { kind: 'here' }>, { at, next, nameOf }: Standing): string {
  const wires = [next, []];
  if (where.kind === 'disk') {
    const { folder, mounted } = where;
    return canvas.put('agent-local', at, { name: nameOf('disk'), folder, mounted, wires });
  }
  const { password, privateKey, ...server } = where.server;
  return canvas.put('agent-sftp', at, { ...server, wires, credentials: { password, privateKey } });
}
