/** Moves the clock that another program sees, from outside, by libfaketime. */
import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export class MovedClock {
  readonly #file: string;

  /** @param folder - where the file that tells the time is kept */
  constructor(folder: string) {
    this.#file = join(folder, 'clock');
  }

  /** For the environment of the program. Only the time of day is moved: what it waits for takes as long as ever. */
  get env(): Record<string, string> {
    const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
    if (library === undefined) throw new Error('libfaketime is not there: sudo apt-get install faketime');
    return {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    };
  }

  /** From now on it is this time, and goes on from there. @param iso - ISO 8601 */
  set(iso: string): void {
    const seconds = Math.round((Date.parse(iso) - Date.now()) / 1000);
    writeFileSync(this.#file, `${seconds < 0 ? '' : '+'}${String(seconds)}\n`);
  }
}
