/** "Test connection": the contract of an agent in small, with a file of its own. */
import { randomBytes } from 'node:crypto';
import { BackupError, toBackupError } from '../errors.ts';
import type { AgentOptions, CheckReport, CheckStep } from './agent.ts';
import type { FileStore } from './file-store.ts';

export interface CheckOptions extends AgentOptions {
  readonly newPartial: () => string;
}

interface Step {
  readonly name: CheckStep['name'];
  readonly done: string;
  readonly run: () => Promise<void>;
}

/** Tries each thing in turn and stops at the first that fails; the file is removed in any case. */
export async function checkStore(store: FileStore, options: CheckOptions): Promise<CheckReport> {
  const before = options.newPartial();
  const after = options.newPartial();
  const steps: CheckStep[] = [];
  try {
    for (const { name, done, run } of stepsFor(store, options, { before, after })) {
      await run();
      steps.push({ name, ok: true, message: done });
      if (name === 'delete') return { ok: true, steps, free: await free(store, options) };
    }
  } catch (error) {
    const name = STEP_NAMES[steps.length] ?? 'delete';
    steps.push({ name, ok: false, message: toBackupError(error).message });
  }
  const { signal } = new AbortController();
  for (const name of [before, after]) await store.remove(name, { signal }).catch(() => undefined);
  return { ok: false, steps, free: await free(store, options) };
}

const STEP_NAMES = ['reach', 'write', 'read', 'rename', 'list', 'delete'] as const;

async function free(store: FileStore, options: AgentOptions): Promise<number | null> {
  const space = await store.space(options).catch(() => null);
  return space?.free ?? null;
}

function stepsFor(store: FileStore, options: AgentOptions, file: { before: string; after: string }): readonly Step[] {
  const content = randomBytes(256);
  const mustBe = (fine: boolean, what: string): void => {
    if (!fine) throw new BackupError('agent_error', `${store.description}: ${what}. The location does not keep files.`);
  };
  const actions = {
    reach: () => store.prepare(options),
    write: () => store.put(file.before, [content], options),
    read: async () => {
      const bytes = await store.readSmall(file.before, content.length + 1, options);
      mustBe(bytes !== null && content.equals(bytes), 'what was written came back otherwise');
    },
    rename: () => store.rename(file.before, file.after, options),
    list: async () => {
      const files = await store.list({ ...options, wanted: (name) => name === file.before || name === file.after });
      mustBe(files.length === 1 && files[0]?.name === file.after, 'the renamed file is not listed under its new name');
      mustBe(files[0]?.size === content.length, 'the listed size is not the size that was written');
    },
    delete: async () => {
      await store.remove(file.after, options);
      mustBe((await store.stat(file.after, options)) === null, 'the removed file is still there');
    },
  } satisfies Record<CheckStep['name'], () => Promise<void>>;
  const done = {
    reach: `${store.description} can be reached`,
    write: 'a file can be written',
    read: 'it reads back the same',
    rename: 'it can be renamed',
    list: 'it is listed',
    delete: 'it can be removed',
  } satisfies Record<CheckStep['name'], string>;
  return STEP_NAMES.map((name) => ({ name, done: done[name], run: actions[name] }));
}
