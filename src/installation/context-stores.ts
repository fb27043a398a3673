/** Where context stores keep their files, as Node-RED finds it (@node-red/runtime, lib/nodes/context/localfilesystem.js). */
import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { ContextStore } from './node-red-facts.ts';
import type { StoreSetting } from './settings-facts.ts';

export interface StorePlace {
  readonly userDir: string;
  /** Where Node-RED was started, or could have been: a `dir` that is not absolute is looked for there, the first that has it counts. */
  readonly startedIn: readonly string[];
}

export function contextStoresOf(settings: readonly StoreSetting[], place: StorePlace): readonly ContextStore[] {
  return settings.map((store) => ({ name: store.name, module: store.module, path: folderOf(store, place) }));
}

/** Sentences for people about stores of which it is not known where they are. */
export function storeDoubts(settings: readonly StoreSetting[], place: StorePlace): readonly string[] {
  return settings.flatMap((store) => {
    if (store.dir === null || isAbsolute(store.dir) || !keepsFiles(store)) return [];
    const path = folderOf(store, place) ?? '';
    const what = `The settings say dir: '${store.dir}' of the context store ${store.name}, which Node-RED looks for where it is started`;
    return existsSync(path) ? [`${what}, and that is not known. ${path} is taken.`] : [`${what}, and it is not found.`];
  });
}

/** Other modules than Node-RED's own may keep files as that does, and then say so with the same settings. */
function keepsFiles({ module, dir }: StoreSetting): boolean {
  return /^(?:\.\/)*localfilesystem(?:\.js)?$/.test(module) || (module === 'custom' && dir !== null);
}

function folderOf(store: StoreSetting, { userDir, startedIn }: StorePlace): string | null {
  if (!keepsFiles(store)) return null;
  const base = store.base ?? 'context';
  if (store.dir === null) return join(userDir, base);
  const candidates = startedIn.map((folder) => resolve(folder, store.dir ?? '', base));
  return candidates.find(existsSync) ?? candidates[0] ?? null;
}
