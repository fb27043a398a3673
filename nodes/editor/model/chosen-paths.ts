/** Members of a backup that are to be restored: files, and folders with all that is in them. Pure. */

export type Chosen = ReadonlySet<string>;

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Without the slash that may end the name of a folder. */
export const bare = (path: string): string => path.replace(/\/+$/, '');

export function baseName(path: string): string {
  const whole = bare(path);
  return whole.slice(whole.lastIndexOf('/') + 1);
}

/** One of the folders that it lies in is chosen. */
export function isCovered(chosen: Chosen, path: string): boolean {
  for (let folder = parentOf(bare(path)); folder !== ''; folder = parentOf(folder)) if (chosen.has(folder)) return true;
  return false;
}

/** A folder takes the place of what was chosen in it. */
export function toggled(chosen: Chosen, path: string): Chosen {
  const whole = bare(path);
  if (chosen.has(whole)) return new Set([...chosen].filter((known) => known !== whole));
  return new Set([...[...chosen].filter((known) => !known.startsWith(`${whole}/`)), whole]);
}
