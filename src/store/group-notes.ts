import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isBackupId } from '../backup-names.ts';
import { choiceField, countField, InvalidField, objectField, textField, timeField } from '../bounded-fields.ts';
import { toBackupError } from '../errors.ts';
import { writeFileAtomic } from '../io/atomic-file.ts';
import { isObject } from '../io/json-file.ts';
import { partialName } from '../io/partial-name.ts';
import { HOLD_REASONS } from '../model.ts';
import type { AgentId, BackupId, Hold, PlanId } from '../model.ts';
import { readStateJson } from './state-json.ts';

const VERSION = 1;
const MAX_BYTES = 4_194_304;
const MAX_REMOVING = 100_000;
const TEXT = 4096;
const NAME = /^[0-9a-f]{32}\.json$/;

/** The backups of one plan of one instance at one location. */
export interface LocationGroup {
  readonly agent_id: AgentId;
  readonly instance_id: string;
  readonly plan_id: PlanId;
}

/** What retention remembers of such a group. Times are ISO. */
export interface GroupNote extends LocationGroup {
  /** What somebody has said to be in order; null when nobody has. */
  readonly acknowledged: { readonly at: string; readonly newest: string } | null;
  /** Why nothing was deleted in the last run; null when nothing looked wrong. */
  readonly held: (Hold & { readonly since: string }) | null;
  /** Backups whose removal was begun: what may be left of them is to be removed, too. */
  readonly removing: readonly BackupId[];
}

export interface GroupNotesOptions {
  readonly folder: string;
  readonly instanceId: string;
  readonly warn: (message: string) => void;
}

/** One small file a group of which there is something to remember. */
export class GroupNotes {
  readonly #folder: string;
  readonly #instanceId: string;
  readonly #warn: (message: string) => void;

  constructor(options: GroupNotesOptions) {
    this.#folder = options.folder;
    this.#instanceId = options.instanceId;
    this.#warn = options.warn;
  }

  async get(group: LocationGroup): Promise<GroupNote> {
    return (await this.#read(fileName(group))) ?? { ...keyOf(group), acknowledged: null, held: null, removing: [] };
  }

  async write(note: GroupNote): Promise<void> {
    const path = join(this.#folder, fileName(note));
    try {
      if (note.acknowledged === null && note.held === null && note.removing.length === 0) {
        await rm(path, { force: true });
        return;
      }
      const partial = join(this.#folder, partialName(this.#instanceId));
      const data = `${JSON.stringify({ version: VERSION, ...note }, null, 2)}\n`;
      await writeFileAtomic({ partial, path, data, mode: 0o600 });
    } catch (error) {
      throw toBackupError(error, 'unknown_error', `Cannot write ${path}`);
    }
  }

  /** What there is to remember. */
  async all(): Promise<readonly GroupNote[]> {
    const names = (await readdir(this.#folder)).filter((name) => NAME.test(name)).sort();
    const notes = await Promise.all(names.map((name) => this.#read(name)));
    return notes.filter((note) => note !== null);
  }

  /** @returns null when there is none; one that cannot be used is set aside */
  #read(name: string): Promise<GroupNote | null> {
    const path = join(this.#folder, name);
    const parse = (value: unknown): GroupNote => {
      const note = parseNote(value);
      if (fileName(note) !== name) throw new InvalidField('it tells of another plan or location than its name');
      return note;
    };
    const what = `The file of notes of retention ${path}`;
    return readStateJson(path, { maxBytes: MAX_BYTES, parse, what, warn: this.#warn });
  }
}

const keyOf = ({ agent_id, instance_id, plan_id }: LocationGroup): LocationGroup => ({
  agent_id,
  instance_id,
  plan_id,
});

/** Names of locations and plans may hold anything. */
function fileName({ agent_id, instance_id, plan_id }: LocationGroup): string {
  const hash = createHash('sha256').update(JSON.stringify([agent_id, instance_id, plan_id]));
  return `${hash.digest('hex').slice(0, 32)}.json`;
}

function parseNote(value: unknown): GroupNote {
  if (!isObject(value)) throw new InvalidField('it is not a JSON object');
  if (countField(value, 'version') !== VERSION) throw new InvalidField('version is not a version that is known');
  const acknowledged = value['acknowledged'] === null ? null : objectField(value, 'acknowledged');
  const held = value['held'] === null ? null : objectField(value, 'held');
  return {
    agent_id: textField(value, 'agent_id', TEXT),
    instance_id: textField(value, 'instance_id', TEXT),
    plan_id: textField(value, 'plan_id', TEXT),
    acknowledged:
      acknowledged === null ? null : { at: timeField(acknowledged, 'at'), newest: timeField(acknowledged, 'newest') },
    held:
      held === null
        ? null
        : {
            reason: choiceField(held, 'reason', HOLD_REASONS),
            message: textField(held, 'message', TEXT),
            since: timeField(held, 'since'),
          },
    removing: idsField(value),
  };
}

function idsField({ removing }: Readonly<Record<string, unknown>>): readonly BackupId[] {
  if (!Array.isArray(removing) || removing.length > MAX_REMOVING)
    throw new InvalidField('removing is not a list of ids');
  return removing.map((id: unknown) => {
    if (typeof id !== 'string' || !isBackupId(id)) throw new InvalidField('removing is not a list of ids');
    return id;
  });
}
