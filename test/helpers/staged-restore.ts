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
    roles: bounded(headerOf(outside)),
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

/** As of a Node-RED of which it is known what it uses; flows that it says nothing of were never deployed. */
function headerOf(outside: readonly object[]): Readonly<Record<string, unknown>> {
  const entries = outside as readonly { readonly role?: unknown; readonly member?: unknown }[];
  const memberOf = (role: string): unknown => entries.find((entry) => entry.role === role)?.member;
  const files = { flow_file: memberOf('flows'), credentials_file: memberOf('credentials') };
  const installation = { flow_file: '/flows.json', project: null };
  return { sources: [{ label: 'node-red', outside, ...files }], installation };
}

export const outsideGiven: Pick<RestoreJournal, 'given'> = { given: { ...NOTHING_GIVEN, outside: true } };

/** All that lies there but what restores keep. */
export function filesIn(folder: string): Record<string, string> {
  const isKept = (name: string): boolean => /(?:^|\/)\.nightkeep/.test(name);
  return Object.fromEntries(Object.entries(contentsOf(folder)).filter(([name]) => !isKept(name)));
}
