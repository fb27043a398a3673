import type { Member } from '../format/manifest-line.ts';

/** Members without which a backup is none, until they are in it. */
export class NeededMembers {
  #missing: readonly Buffer[] = [];

  need(name: string): void {
    this.#missing = [...this.#missing, Buffer.from(name)];
  }

  /** A member that is whole. A link that leads elsewhere is none. */
  saw({ type, path }: Member): void {
    if (this.#missing.length === 0 || type === 'symlink') return;
    this.#missing = this.#missing.filter((name) => !name.equals(path));
  }

  /** Null when all are there. */
  get missing(): string | null {
    return this.#missing[0]?.toString() ?? null;
  }
}
