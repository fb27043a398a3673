import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isWithin } from '../../io/real-path.ts';

const SHOWN = 5;

/** Links of a Node-RED that lead out of its user directory and are not followed, counted while they are packed. */
export class OtherLinks {
  #count = 0;
  readonly #names: string[] = [];
  readonly #folders: readonly string[];
  readonly #known: ReadonlySet<string>;

  /**
   * @param folders - what goes in, without links
   * @param known - links that are followed, or spoken of elsewhere
   */
  constructor(folders: readonly string[], known: ReadonlySet<string>) {
    this.#folders = folders;
    this.#known = known;
  }

  /** @param name - of the member */
  saw(path: Buffer, name: Buffer, link: Buffer): void {
    const at = path.toString();
    if (this.#known.has(at)) return;
    const target = targetOf(at, link.toString());
    if (this.#folders.some((folder) => isWithin(target, folder))) return;
    this.#count += 1;
    if (this.#names.length < SHOWN) this.#names.push(name.toString());
  }

  /** A sentence for people; null when there are none. */
  get note(): string | null {
    if (this.#count === 0) return null;
    const more = this.#count > SHOWN ? ` and ${String(this.#count - SHOWN)} more` : '';
    const what = this.#count === 1 ? 'One link leads' : `${String(this.#count)} links lead`;
    const saved = this.#count === 1 ? 'is saved as a link' : 'are saved as links';
    return `${what} out of the Node-RED user directory and ${saved}, without what lies there: ${this.#names.join(', ')}${more}.`;
  }
}

/** Of a link that leads nowhere, where it would lead. */
function targetOf(at: string, link: string): string {
  try {
    return realpathSync(at);
  } catch {
    return resolve(dirname(at), link);
  }
}
