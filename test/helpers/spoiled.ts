/** What goes wrong in a process under test, from outside: each function gives the environment of one that is run with it. */
import { join } from 'node:path';

type Environment = Readonly<Record<string, string>>;

function preloaded(file: string, env: Environment): Environment {
  return { NODE_OPTIONS: `--require ${join(import.meta.dirname, file)}`, ...env };
}

/** Waits of at least `fromMs` take only one `factor`-th of their time. */
export function hurried(factor: number, fromMs = 0): Environment {
  return preloaded('hurry.cjs', { NIGHTKEEP_HURRY: String(factor), NIGHTKEEP_HURRY_FROM: String(fromMs) });
}

/** @param thread - the name of its module */
export function spoiledThread(thread: string, fate: 'ends' | 'missing' | 'deaf'): Environment {
  return preloaded('spoil-thread.cjs', { NIGHTKEEP_SPOILED_THREAD: `${thread} ${fate}` });
}

/** @param call - of node:fs/promises; only paths with `spoiled` in them are concerned */
export function spoiledCall(call: string, fate: 'hangs' | 'drops'): Environment {
  return preloaded('spoil-call.cjs', { NIGHTKEEP_SPOILED_CALL: `${call} ${fate}` });
}

/** All of them at once. */
export function together(...environments: readonly Environment[]): Environment {
  const options = environments.map(({ NODE_OPTIONS = '' }) => NODE_OPTIONS).join(' ');
  return Object.assign({}, ...environments, { NODE_OPTIONS: options }) as Environment;
}
