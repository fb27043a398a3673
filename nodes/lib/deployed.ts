/** What deployed nodes say of themselves, so that the sidebar can show and use it. */
import type { Runtime } from './runtime.ts';

export class Deployed<T> {
  readonly #known = new WeakMap<Runtime, Set<T>>();

  /** @returns a function that takes it off again */
  announce(runtime: Runtime, one: T): () => void {
    const all = this.#known.get(runtime) ?? new Set<T>();
    this.#known.set(runtime, all);
    all.add(one);
    return () => {
      all.delete(one);
    };
  }

  all(runtime: Runtime): readonly T[] {
    return [...(this.#known.get(runtime) ?? [])];
  }
}
