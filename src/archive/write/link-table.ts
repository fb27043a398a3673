import type { BigIntStats } from 'node:fs';
import { identity } from '../../io/file-identity.ts';

/** Remembers files with several names until all of them were met. */
export class LinkTable {
  readonly #first = new Map<string, { readonly name: Buffer; left: number }>();

  /** The member that already holds this file, null when there is none. */
  find(stat: BigIntStats): Buffer | null {
    if (stat.nlink < 2n) return null;
    const key = identity(stat);
    const known = this.#first.get(key);
    if (known === undefined) return null;
    known.left -= 1;
    if (known.left === 0) this.#first.delete(key);
    return known.name;
  }

  add(stat: BigIntStats, name: Buffer): void {
    if (stat.nlink < 2n) return;
    this.#first.set(identity(stat), { name, left: Number(stat.nlink) - 1 });
  }
}
