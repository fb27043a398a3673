/** Another machine, as far as this one can be: its host name, its user, its mounts, its environment. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

export interface Bind {
  readonly from: string;
  readonly to: string;
}

export interface Machine {
  readonly hostname: string;
  /** 0 for root. */
  readonly uid: number;
  /** What is mounted there, of this machine's files; nobody else sees it. */
  readonly binds: readonly Bind[];
  readonly env: Readonly<Record<string, string>>;
}

const ROOT = join(import.meta.dirname, '../../..');

/** A command as it is started here, to run there. It stays one process, which can be killed. */
export function commandOn({ hostname, uid, binds }: Machine, command: readonly string[]): readonly string[] {
  const mounts = binds.map(({ from, to }) => `mount --bind ${quoted(from)} ${quoted(to)}`);
  const steps = ['set -e', `echo ${quoted(hostname)} > /proc/sys/kernel/hostname`, ...mounts, 'exec "$@"'];
  return ['unshare', '--uts', '--mount', 'sh', '-c', steps.join('\n'), 'sh', ...asUser(uid), ...command];
}

/** One who may not look into this checkout would fail for that alone, so he is allowed to read. */
function asUser(uid: number): readonly string[] {
  if (uid === 0) return [];
  const who = ['setpriv', `--reuid=${String(uid)}`, `--regid=${String(uid)}`, '--clear-groups'];
  return isOpen() ? who : [...who, '--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
}

function isOpen(): boolean {
  const nobody = 65_534;
  process.setegid?.(nobody);
  process.seteuid?.(nobody);
  try {
    accessSync(join(ROOT, 'package.json'), constants.R_OK);
    return true;
  } catch {
    return false;
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
