import type { KeySet } from '../backup-request.ts';

/** The keys that are at hand for reading encrypted backups. They stay in memory. */
export class KeyRing {
  readonly #sets = new Set<KeySet>();

  /** @returns a function that takes these keys off the ring again */
  add(keys: KeySet): () => void {
    const own: KeySet = { identities: [...keys.identities], passphrases: [...keys.passphrases] };
    this.#sets.add(own);
    return () => {
      this.#sets.delete(own);
    };
  }

  /** All keys, each once. */
  all(): KeySet {
    const sets = [...this.#sets];
    return {
      identities: [...new Set(sets.flatMap(({ identities }) => identities))],
      passphrases: [...new Set(sets.flatMap(({ passphrases }) => passphrases))],
    };
  }

  /** What opens an archive: nothing is needed for one that is not protected. */
  forArchive(record: { readonly protected: boolean }): KeySet | null {
    return record.protected ? this.all() : null;
  }
}
