/** Asks the real restic what it keeps, with a throw-away repository of empty snapshots. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DatedBackup } from '../../src/retention/apply-retention.ts';
import type { RetentionPolicy } from '../../src/retention/policy.ts';

/** One machine's backups. */
export interface History {
  readonly host: string;
  /** `YYYY-MM-DD HH:MM:SS` as the clock showed, and the name of the zone it showed it in. */
  readonly times: readonly (readonly [time: string, zone: string])[];
}

interface ResticCase {
  readonly host: string;
  readonly policy: RetentionPolicy;
  /** Ids, in no order. */
  readonly keep: readonly string[];
}

export interface ResticAnswers {
  readonly version: string;
  readonly histories: Readonly<Record<string, readonly DatedBackup[]>>;
  readonly cases: readonly ResticCase[];
}

interface Snapshot {
  readonly short_id: string;
  readonly time: string;
  readonly hostname: string;
}

interface Group {
  readonly host: string;
  readonly keep: readonly Snapshot[] | null;
}

const run = promisify(execFile);
/** As many as there are processors: each derives the key of the repository first, which takes half a second. */
const AT_ONCE = 2;

export async function askRestic(
  histories: readonly History[],
  policies: readonly RetentionPolicy[],
): Promise<ResticAnswers> {
  const folder = mkdtempSync(join(tmpdir(), 'nightkeep-restic-'));
  const restic = async (zone: string, ...args: readonly string[]): Promise<string> => {
    const env = { ...process.env, TZ: zone, RESTIC_PASSWORD: 'test', RESTIC_REPOSITORY: join(folder, 'repository') };
    const { stdout } = await run('restic', ['--no-cache', '--quiet', ...args], {
      env,
      maxBuffer: 2 ** 28,
      cwd: folder,
    });
    return stdout;
  };
  try {
    await restic('UTC', 'init');
    const queue = histories.flatMap(({ host, times }) => times.map(([time, zone]) => ({ host, time, zone })));
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
          await restic(next.zone, 'backup', '--host', next.host, '--time', next.time, '/dev/null');
        }
      }),
    );
    const snapshots = JSON.parse(await restic('UTC', 'snapshots', '--json')) as readonly Snapshot[];
    const cases: ResticCase[] = [];
    for (const policy of policies) {
      const args = ['forget', '--dry-run', '--json', '--group-by', 'host', ...flagsOf(policy)];
      const groups = JSON.parse(await restic('UTC', ...args)) as readonly Group[];
      for (const { host, keep } of groups) {
        cases.push({ host, policy, keep: (keep ?? []).map(({ short_id }) => short_id) });
      }
    }
    const version = (await restic('UTC', 'version')).trim().split(' ').slice(0, 2).join(' ');
    const lists = histories.map(({ host }) => {
      const theirs = snapshots.filter(({ hostname }) => hostname === host);
      return [host, theirs.map(({ short_id, time }) => ({ backup_id: short_id, date: time }))] as const;
    });
    return { version, histories: Object.fromEntries(lists), cases };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Older versions know no -1 for all; so many is the same. */
const ALL = 1_000_000;

function flagsOf(policy: RetentionPolicy): readonly string[] {
  return Object.entries(policy).flatMap(([key, value]) => {
    return [`--${key.replaceAll('_', '-')}`, String(value === -1 ? ALL : value)];
  });
}

/**
 * Whether a version also keeps the oldest snapshot for each rule that has count left. Debian's may be older than that (0.16.0),
 * and answers without those.
 */
export function keepsOldest(version: string): boolean {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 0 || Number(minor) >= 16;
}
