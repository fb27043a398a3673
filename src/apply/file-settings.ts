import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../io/atomic-file.ts';
import { partialName } from '../io/partial-name.ts';
import { giveToOwner } from './give-to-owner.ts';
import { storedSetting } from './settings-port.ts';
import { readObject } from '../io/read-object.ts';
import type { SettingsPort } from './step.ts';

/** The settings of a Node-RED that is stopped: its `.config.*` files, written as it writes them. */
export function fileSettings(userDir: string): SettingsPort {
  const put = async (section: string, value: unknown): Promise<void> => {
    const path = join(userDir, `.config.${section}.json`);
    const data = JSON.stringify(value ?? {}, null, 4);
    if (existsSync(path) && readFileSync(path, 'utf8') === data) return;
    // Where the engine looks for what a dead process left half written.
    const partial = join(userDir, '.nightkeep', partialName(''));
    await writeFileAtomic({ partial, path, data, mode: 0o600 });
    giveToOwner(path, userDir);
  };
  return {
    read: (key) => Promise.resolve(storedSetting(userDir, key)),
    async write(key, value) {
      if (key !== '_credentialSecret') return put(key, value);
      const stored = Object.entries(readObject(join(userDir, '.config.runtime.json')));
      const others = Object.fromEntries(stored.filter(([name]) => name !== key));
      return put('runtime', value === null ? others : { ...others, [key]: value });
    },
  };
}
