import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isBackupId } from '../backup-names.ts';
import {
  booleanField,
  countField,
  InvalidField,
  nullableTextField,
  objectField,
  textField,
  timeField,
} from '../bounded-fields.ts';
import { parseIso } from '../clock.ts';
import { toBackupError } from '../errors.ts';
import { writeFileAtomic } from '../io/atomic-file.ts';
import { isObject } from '../io/json-file.ts';
import { KeyedLock } from '../io/keyed-lock.ts';
import { partialName } from '../io/partial-name.ts';
import type { AgentId, BackupId, LastVerified } from '../model.ts';
import { readStateJson } from './state-json.ts';

const VERSION = 1;
const MAX_BYTES = 4_194_304;
/** Of one location; those that were verified longest ago are forgotten. */
const MOST_COPIES = 2_000;
const TEXT = 4096;
const NAME = /^[0-9a-f]{32}\.json$/;

type Copies = Readonly<Record<BackupId, LastVerified>>;

interface Place {
  readonly agent_id: AgentId;
  readonly copies: Copies;
}

export interface VerifiedCopiesOptions {
  readonly folder: string;
  readonly instanceId: string;
  readonly warn: (message: string) => void;
}

/** When each copy was last verified: one small file a location. */
export class VerifiedCopies {
  readonly #options: VerifiedCopiesOptions;
  readonly #lock = new KeyedLock();

  constructor(options: VerifiedCopiesOptions) {
    this.#options = options;
  }

  async note(agentId: AgentId, backupId: BackupId, verified: LastVerified): Promise<void> {
    const name = fileName(agentId);
    await this.#lock.run(name, async () => {
      const before = (await this.#read(name))?.copies ?? {};
      const copies = newest({ ...before, [backupId]: verified });
      const { folder, instanceId } = this.#options;
      const data = `${JSON.stringify({ version: VERSION, agent_id: agentId, copies }, null, 2)}\n`;
      const file = { partial: join(folder, partialName(instanceId)), path: join(folder, name), data, mode: 0o600 };
      await writeFileAtomic(file).catch((error: unknown) => {
        throw toBackupError(error, 'unknown_error', `Cannot write ${file.path}`);
      });
    });
  }

  /** By location, then by backup. */
  async all(): Promise<ReadonlyMap<AgentId, Copies>> {
    const names = (await readdir(this.#options.folder)).filter((name) => NAME.test(name));
    const places = await Promise.all(names.map((name) => this.#read(name)));
    return new Map(places.filter((place) => place !== null).map(({ agent_id, copies }) => [agent_id, copies]));
  }

  /** @returns null when there is none; one that cannot be used is set aside */
  #read(name: string): Promise<Place | null> {
    const path = join(this.#options.folder, name);
    const what = `The file of what was verified when, ${path},`;
    return readStateJson(path, { maxBytes: MAX_BYTES, parse: parsePlace, what, warn: this.#options.warn });
  }
}

/** Names of locations may hold anything. */
function fileName(agentId: AgentId): string {
  return `${createHash('sha256').update(agentId).digest('hex').slice(0, 32)}.json`;
}

function newest(copies: Copies): Copies {
  const entries = Object.entries(copies).sort(([, a], [, b]) => parseIso(b.date) - parseIso(a.date));
  return Object.fromEntries(entries.slice(0, MOST_COPIES));
}

function parsePlace(value: unknown): Place {
  if (!isObject(value)) throw new InvalidField('it is not a JSON object');
  if (countField(value, 'version') !== VERSION) throw new InvalidField('version is not a version that is known');
  const copies = objectField(value, 'copies');
  const ids = Object.keys(copies);
  if (!ids.every(isBackupId)) throw new InvalidField('copies holds something that is not the id of a backup');
  const verified = ids.map((id): [BackupId, LastVerified] => {
    const fields = objectField(copies, id);
    return [
      id,
      {
        date: timeField(fields, 'date'),
        ok: booleanField(fields, 'ok'),
        problem: nullableTextField(fields, 'problem', TEXT),
      },
    ];
  });
  return { agent_id: textField(value, 'agent_id', TEXT), copies: Object.fromEntries(verified) };
}
