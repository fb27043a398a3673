/** Which flows a Node-RED that was stopped will load, once everything has come to its place: its settings file decides, and that came as well. */
import { existsSync, realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { credentialsFileOf } from '../credentials-file.ts';
import { BackupError } from '../errors.ts';
import { keptCopyOf } from '../installation/content/kept-copy.ts';
import { findInstallation } from '../installation/find.ts';
import { isWithin } from '../io/real-path.ts';

import { makeCopy } from './made-files.ts';
import type { Change } from './plan-tree.ts';

export interface RestoredFlows {
  /** Of the restore. */
  readonly folder: string;
  readonly userDir: string;
  /** Where the flows came to. */
  readonly flows: string;
  /** The files that are known to be in use; null for those that are not. */
  readonly settingsFile: string | null;
  readonly flowFile: string | null;
}

interface Aligned {
  readonly changes: readonly Change[];
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

const NOTHING: Aligned = { changes: [], problems: [], notes: [] };

/** What is still to be changed so that the restored flows are those that Node-RED loads, as on a machine with another name. */
export async function alignFlows(restored: RestoredFlows): Promise<Aligned> {
  const { userDir, flows } = restored;
  if (!existsSync(flows)) return NOTHING;
  const wanted = await flowFileIn(restored);
  if (typeof wanted !== 'string') return wanted;
  if (existsSync(wanted) && realpathSync(wanted) === realpathSync(flows)) return NOTHING;
  if (isWithin(wanted, userDir)) return bringTo(wanted, restored);
  const what = `Node-RED loads its flows from ${wanted} here, which lies outside the user directory. Those of the backup are ${flows}.`;
  return { ...NOTHING, problems: [`${what} Take the restore back and do it again with --flow-file ${wanted}.`] };
}

async function flowFileIn({ userDir, flows, settingsFile, flowFile }: RestoredFlows): Promise<string | Aligned> {
  const here = { environment: process.env, cwd: userDir, hostname: hostname() };
  try {
    const found = await findInstallation(userDir, { settingsFile, flowFile, ...here });
    return found.facts.project === null ? (found.looksFor ?? found.flowFile) : flows;
  } catch (error) {
    if (!(error instanceof BackupError)) throw error;
    return { ...NOTHING, problems: [`${error.message} Those of the backup are ${flows}.`] };
  }
}

function bringTo(wanted: string, { folder, userDir, flows }: RestoredFlows): Aligned {
  const [theirs, ours] = [flows, wanted].map((file) => credentialsFileOf(file, userDir));
  const credentials: Change[] =
    theirs === undefined || ours === undefined
      ? []
      : [{ target: ours, next: existsSync(theirs) ? makeCopy(folder, 'wanted_cred.json', theirs) : null }];
  return {
    changes: [
      ...credentials,
      { target: wanted, next: makeCopy(folder, 'wanted.json', flows) },
      { target: keptCopyOf(wanted), next: null },
    ],
    problems: [],
    notes: [`Node-RED loads its flows from ${wanted} here, so those of ${basename(flows)} came there, too.`],
  };
}
