/** What a person compares when settings.js was not put into place: the lines that only one of the two files has. */

const isTold = (line: string): boolean => line !== '' && !/^(?:\/\/|\/?\*)/.test(line);

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(isTold);
}

function lacking(lines: readonly string[], other: readonly string[]): readonly string[] {
  const known = new Set(other);
  return lines.filter((line) => !known.has(line));
}

/** Comments and blank lines apart; null when there are none. It may hold secrets, as the files do. */
export function settingsDifferences(restored: string, inForce: string): string | null {
  const [theirs, ours] = [linesOf(restored), linesOf(inForce)];
  const [added, removed] = [lacking(theirs, ours), lacking(ours, theirs)];
  if (added.length === 0 && removed.length === 0) return null;
  const list = (lines: readonly string[]): string => lines.map((line) => `  ${line}\n`).join('') || '  (none)\n';
  return `Lines of the backup's settings.js that yours lacks:\n${list(added)}\nLines of yours that the backup's lacks:\n${list(removed)}`;
}
