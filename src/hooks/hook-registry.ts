import { BackupError } from '../errors.ts';
import type { Hook, HookCall, HookTime } from './hook.ts';

/** A hook that is to run, and the signal that says that it was removed. */
export interface DueHook {
  readonly hook: Hook;
  readonly gone: AbortSignal;
}

interface Entry {
  readonly hook: Hook;
  readonly leaving: AbortController;
}

/** The hooks that are there at the moment. */
export class HookRegistry {
  readonly #entries = new Map<string, Entry>();
  readonly #providers = new Set<() => readonly Hook[]>();

  /**
   * A hook of an id and time that is already there takes its place, and runs that go on are not disturbed.
   *
   * @returns a function that removes it, which ends its runs with `hook_failed`; does nothing once another has taken its place
   */
  register(hook: Hook): () => void {
    const key = `${hook.when} ${hook.id}`;
    const entry = { hook, leaving: this.#entries.get(key)?.leaving ?? new AbortController() };
    this.#entries.set(key, entry);
    return () => {
      if (this.#entries.get(key) !== entry) return;
      this.#entries.delete(key);
      const what = `The hook "${hook.name}" was removed while the backup waited for it.`;
      entry.leaving.abort(new BackupError('hook_failed', `${what} Run the backup again.`));
    };
  }

  /**
   * Takes in hooks of somebody who knows them only when they are due.
   *
   * @param provider - must not throw
   * @returns a function that ends it
   */
  provide(provider: () => readonly Hook[]): () => void {
    this.#providers.add(provider);
    return () => {
      this.#providers.delete(provider);
    };
  }

  /** The hooks of a job, in the order of their priority. */
  due(when: HookTime, job: Pick<HookCall, 'plan_id' | 'node_id'>): readonly DueHook[] {
    const registered = [...this.#entries.values()].map(({ hook, leaving }) => ({ hook, gone: leaving.signal }));
    const { signal: never } = new AbortController();
    const provided = [...this.#providers].flatMap((provider) => provider()).map((hook) => ({ hook, gone: never }));
    return [...registered, ...provided]
      .filter(({ hook }) => hook.when === when && hook.wants(job))
      .sort((a, b) => a.hook.priority - b.hook.priority);
  }
}
