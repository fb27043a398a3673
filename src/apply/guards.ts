/** Settings that keep strangers out: a machine must not be more open after a restore than the one that was backed up, without a word. */
import { BackupError } from '../errors.ts';

/** Where the editor is served keeps nobody out. */
const NO_GUARD = 'httpAdminRoot';

/** @param guards - those in force; null when that is not known */
export function lostGuards(logins: readonly string[], guards: readonly string[] | null): readonly string[] {
  return logins.filter((name) => name !== NO_GUARD && guards?.includes(name) !== true);
}

/** What a person is told first; null when nothing is lost. */
export function openDoor(lost: readonly string[], guards: readonly string[] | null): string | null {
  if (lost.length === 0) return null;
  const had = `The Node-RED of the backup had ${lost.join(', ')} in its settings`;
  if (guards === null) return `${had}, and it is not known whether that is so here: its settings cannot be asked.`;
  return `${had}, and the settings in force here have not: this Node-RED is more open than that one was.`;
}

/**
 * @throws BackupError `invalid_request` when this Node-RED would have fewer logins than the backup's, and nobody has said that this is
 * meant
 */
export function checkGuards(logins: readonly string[], guards: readonly string[] | null): void {
  const said = openDoor(lostGuards(logins, guards), guards);
  if (said === null) return;
  const how =
    'Set them here first, let its settings.js be used too, or confirm that this Node-RED may have fewer logins.';
  throw new BackupError('invalid_request', `${said} ${how}`);
}
