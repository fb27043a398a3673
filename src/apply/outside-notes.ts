import type { BackupContent } from './backup-content.ts';

/** What of a backup is not put where it was, because nothing is written outside the user directory. For people. */
export function projectNotes({ outside }: BackupContent): readonly string[] {
  return outside
    .filter(({ role }) => role === 'projects')
    .map(({ path, member }) => {
      const what = `Projects lay in ${path}, outside the user directory, and are not put back there.`;
      return `${what} Restore ${member} to a folder, move it to ${path}, and start Node-RED only then.`;
    });
}
