import { bounded } from '../../src/apply/backup-roles.ts';
import { writeJournal, type RestoreGiven, type RestoreJournal } from '../../src/apply/journal.ts';
import { newRestoreFolder, stagedIn, type Kept } from '../../src/apply/restore-folders.ts';
import { formatIdentity, processIdentity } from '../../src/io/process-identity.ts';
import { recordOf } from './records.ts';
import { contentsOf } from './user-dir.ts';

const NOTHING_GIVEN: RestoreGiven = { outside: false, settingsFile: null, flowFile: null };

/** A restore that is staged, without an archive. @param fill - puts what was extracted where it says */
export async function stagedRestore(
  userDir: string,
  outside: readonly object[],
  fill: (staged: string) => void,
  changes: Partial<RestoreJournal> = {},
): Promise<Kept> {
  const folder = await newRestoreFolder(userDir);
  fill(stagedIn(folder));
  const journal: RestoreJournal = {
    phase: 'staged',
    way: 'at_once',
    job: { job_id: 'job', manager_state: 'restore_backup' } as unknown as RestoreJournal['job'],
    record: recordOf(Buffer.from('archive')),
    owner: formatIdentity(processIdentity()),
    staged: '2026-11-20T03:00:00.000+01:00',
    roles: bounded({ sources: [{ label: 'node-red', outside }] }),
    useSettings: true,
    firstHalf: false,
    steps: [],
    starts: 0,
    failure: null,
    problems: [],
    notes: [],
    commands: [],
    given: NOTHING_GIVEN,
    missingModules: [],
    announced: true,
    ...changes,
  };
  await writeJournal(folder, journal);
  return { folder, journal };
}

export const outsideGiven: Pick<RestoreJournal, 'given'> = { given: { ...NOTHING_GIVEN, outside: true } };

/** All that lies there but what restores keep. */
export function filesIn(folder: string): Record<string, string> {
  const isKept = (name: string): boolean => /(?:^|\/)\.nightkeep/.test(name);
  return Object.fromEntries(Object.entries(contentsOf(folder)).filter(([name]) => !isKept(name)));
}
