import type { SettingsFacts } from './settings-facts.ts';

/** Begins the one line that the child writes. */
export const ANSWER = 'nightkeep-settings:';

export interface Answer {
  readonly facts: SettingsFacts;
  /** Files that were required, the settings file among them; what is built into Node.js is not. */
  readonly required: readonly string[];
}

/** What the child says. `denied`: something was tried that it may not do. */
export interface ChildAnswer {
  readonly answer: Answer | null;
  readonly failure: string | null;
  readonly denied: boolean;
}

interface Ask {
  readonly file: string;
  readonly begin: string;
  readonly facts: (settings: unknown) => SettingsFacts;
  readonly denials: () => (error?: unknown) => boolean;
}

/**
 * Requires a settings file as Node-RED does, writes an answer to file descriptor 3 and ends the process before anything that was
 * begun there goes on.
 *
 * Its text is run in a child of its own: it uses nothing but its argument, the language and what is built into Node.js.
 */
export function answer({ file, begin, facts, denials }: Ask): void {
  // Taken before the settings file can change them.
  const { writeSync } = process.getBuiltinModule('node:fs');
  const { createRequire } = process.getBuiltinModule('node:module');
  const { stringify } = JSON;
  const [kill, pid] = [process.kill.bind(process), process.pid];
  const wasDenied = denials();
  const tell = (said: ChildAnswer): void => {
    writeSync(3, `${begin}${stringify(said)}\n`);
    kill(pid, 'SIGKILL');
  };
  try {
    const require = createRequire(file);
    const settings: unknown = require(file);
    if (settings === null || settings === undefined) throw new TypeError('it exports nothing');
    const given = { facts: facts(settings), required: Object.keys(require.cache) };
    tell({ answer: given, failure: null, denied: wasDenied() });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    tell({ answer: null, failure: text.split('\n')[0]?.slice(0, 300) ?? '', denied: wasDenied(error) });
  }
}

/**
 * Notes what this process is denied from now on: a settings file may catch that, and would then say something else than to Node-RED.
 * Run in the child, like `answer`.
 *
 * @returns whether anything was, or is what was thrown at last
 */
export function denials(): (error?: unknown) => boolean {
  let denied = false;
  const isDenial = (error: unknown): boolean => {
    const { code } = Object(error) as { readonly code?: unknown };
    return code === 'ERR_ACCESS_DENIED' || code === 'ERR_DLOPEN_DISABLED';
  };
  type Call = (...args: unknown[]) => unknown;
  const watched = (call: Call): Call => {
    const watching = (...args: unknown[]): unknown => {
      try {
        return call(...args);
      } catch (error) {
        denied ||= isDenial(error);
        throw error;
      }
    };
    return Object.assign(watching, call);
  };
  for (const name of ['fs', 'child_process']) {
    const builtin = process.getBuiltinModule(name) as unknown as Record<string, unknown>;
    for (const [key, value] of Object.entries(builtin)) {
      if (typeof value !== 'function' || !/Sync$|^(?:spawn|exec|execFile|fork)$/.test(key)) continue;
      builtin[key] = watched(value as Call);
    }
  }
  return (error) => denied || isDenial(error);
}
