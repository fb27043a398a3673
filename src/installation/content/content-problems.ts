/** What is wrong with the content of a backup, in sentences for people. */
import type { CredentialsState } from './credentials-state.ts';
import type { RecordedContent, RecordedProject } from './recorded-content.ts';

export interface ContentProblem {
  readonly code: 'restore_failed' | 'no_flows';
  /** The member that it is about; null when it is about none. */
  readonly member: string | null;
  readonly message: string;
}

const OLDER = "Restore an older backup's.";

/** @param why - `missing`, `empty`, or what keeps Node-RED from loading it */
export function flowsProblem(member: string, why: string): ContentProblem {
  if (why === 'missing' || why === 'empty') {
    const what = why === 'missing' ? 'is not in it' : 'is empty in it, and no copy of it is kept';
    const message = `The backup brings no flows back: ${member}, which its Node-RED used, ${what}. Use an older backup.`;
    return { code: 'no_flows', member, message };
  }
  return { code: 'restore_failed', member, message: `${member}: ${why}, so Node-RED could not load it. ${OLDER}` };
}

/** Null when nothing is wrong with them. */
export function credentialsProblem(member: string | null, state: CredentialsState | 'missing'): ContentProblem | null {
  const what = {
    decrypted: null,
    plain: null,
    none: null,
    missing: 'the credentials are not in the backup.',
    unreadable: 'the credentials cannot be decrypted with the secret that the backup carries.',
    unknown_secret: 'the credentials cannot be decrypted, because the backup does not carry their secret.',
  }[state];
  if (what === null || member === null) return null;
  const advice = 'Nodes that need a password would be without it after a restore. Enter them anew, and deploy.';
  return { code: 'restore_failed', member, message: `${member}: ${what} ${advice}` };
}

/** Of a backup in which no flow file is found; null when nothing had been deployed. */
export function noFlows(
  project: RecordedProject | null,
  { isFlowFileKnown }: RecordedContent,
  flowNames: readonly string[],
): ContentProblem | null {
  const problem = (what: string): ContentProblem => ({
    code: 'no_flows',
    member: null,
    message: `The backup brings no flows back: ${what}. Use another backup.`,
  });
  if (project !== null) return problem(`those of the active project ${project.name} are not in it`);
  if (isFlowFileKnown === true) return null;
  const all = flowNames.filter((name) => !name.endsWith('_cred.json'));
  if (all.length === 0) return problem('it has no flow file, and does not say that there was none');
  return problem(`it does not say which of ${all.join(', ')} its Node-RED used`);
}

export const NOTHING_DEPLOYED = 'Nothing was ever deployed in this Node-RED: the backup has no flows.';

export function contextWarning(member: string): string {
  const what = `${member} is not JSON. A Node-RED that keeps its context on disk does not start with it.`;
  return `${what} Delete the file after a restore: what it held is lost.`;
}

export function mergeWarning(project: string): string {
  return `The project ${project} is in the middle of a merge: Node-RED loads no flows before that is brought to its end.`;
}
