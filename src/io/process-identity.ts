/** Tells whether the process that made something is still alive, on whatever machine it was. */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemCode } from '../errors.ts';

/** One process: what would have to be equal for another to be the same. All parts are hexadecimal or decimal digits. */
export interface ProcessIdentity {
  /** The installation: lasts across boots. */
  readonly machine: string;
  /** The running kernel, shared by its containers. */
  readonly boot: string;
  /** The process ids of one such space can see each other: all of a machine, or one container. */
  readonly space: string;
  readonly pid: number;
  /** When it started, in ticks since boot: tells it from a later process with the same number. */
  readonly start: string;
}

/**
 * - `self`, `alive`, `dead`: known.
 * - `hidden`: on this kernel, in another container; a restarted container sees its own past like this.
 * - `foreign`: on another machine.
 */
export type OwnerState = 'self' | 'alive' | 'dead' | 'hidden' | 'foreign';

function readText(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** @returns null when there is no such process or no /proc */
function startTicks(pid: number): string | null {
  const stat = readText(() => readFileSync(`/proc/${String(pid)}/stat`, 'latin1'));
  // The second field is the program's name in brackets and may hold anything, brackets and blanks too.
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return afterName[19] ?? null;
}

function readIdentity(): ProcessIdentity {
  const machine = readText(() => readFileSync('/etc/machine-id', 'utf8'));
  const boot = readText(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
  const space = readText(() => readlinkSync('/proc/self/ns/pid')).replace(/\D/g, '');
  return {
    machine: digest(`${machine} ${hostname()}`),
    boot: digest(boot),
    space: space === '' ? '0' : space,
    pid: process.pid,
    start: startTicks(process.pid) ?? '0',
  };
}

let own: ProcessIdentity | undefined;

/** The process that asks. */
export function processIdentity(): ProcessIdentity {
  own ??= readIdentity();
  return own;
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** @param self - who asks; only tests give another */
export function ownerState(owner: ProcessIdentity, self: ProcessIdentity = processIdentity()): OwnerState {
  // Another boot of the same installation: whatever ran before it is gone.
  if (owner.boot !== self.boot) return owner.machine === self.machine ? 'dead' : 'foreign';
  if (owner.space !== self.space) return 'hidden';
  if (owner.pid === self.pid) return owner.start === self.start ? 'self' : 'dead';
  if (!processExists(owner.pid)) return 'dead';
  // Without /proc the number alone has to do: better to leave a dead owner's file than to take a living one's.
  return owner.start === '0' || startTicks(owner.pid) === owner.start ? 'alive' : 'dead';
}

const TOKEN = /^([0-9a-f]{8})-([0-9a-f]{8})-(\d{1,20})-(\d{1,10})-(\d{1,20})$/;

/** One word that can stand in a file name. */
export function formatIdentity(id: ProcessIdentity): string {
  return `${id.machine}-${id.boot}-${id.space}-${String(id.pid)}-${id.start}`;
}

/** @returns null when the text is not what `formatIdentity` writes */
export function parseIdentity(text: string): ProcessIdentity | null {
  const parts = TOKEN.exec(text);
  if (parts === null) return null;
  const [, machine = '', boot = '', space = '', pid = '', start = ''] = parts;
  return { machine, boot, space, pid: Number(pid), start };
}
