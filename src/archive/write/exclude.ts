import ignore, { type Ignore } from 'ignore';
import { BackupError } from '../../errors.ts';

/** True for a member that is left out. */
export type Excluded = (relative: Buffer, isDirectory: boolean) => boolean;

/** `ignore` remembers every path it was asked about; after this many a fresh one is made, so that memory stays bounded. */
const CACHED_PATHS = 20_000;

function badPattern(pattern: string, why: string, cause?: unknown): BackupError {
  return new BackupError('invalid_request', `The exclude pattern "${pattern}" ${why}. Use the syntax of .gitignore.`, {
    cause,
  });
}

/**
 * Checks patterns without using them.
 *
 * @throws BackupError `invalid_request` that names the first bad one
 */
export function checkExcludes(patterns: readonly string[]): void {
  for (const pattern of patterns) {
    if (/[\0\n\r]/.test(pattern)) throw badPattern(pattern, 'holds a line break or NUL');
    if (/(?:^|[^\\])(?:\\\\)*\\$/.test(pattern)) throw badPattern(pattern, 'ends with a single backslash');
    if (hasOpenRange(pattern)) throw badPattern(pattern, 'opens a range with "[" and never closes it');
    try {
      compile([pattern]).ignores('a/b');
    } catch (error) {
      throw badPattern(pattern, 'cannot be understood', error);
    }
  }
}

function hasOpenRange(pattern: string): boolean {
  const plain = pattern.replace(/\\./g, '');
  const open = plain.lastIndexOf('[');
  return open !== -1 && !plain.includes(']', open + 1);
}

function compile(patterns: readonly string[]): Ignore {
  return ignore({ ignorecase: false }).add([...patterns]);
}

/**
 * @param patterns - gitignore syntax, case-sensitive; later ones win, `!` takes back
 * @returns a test for paths relative to the source, without leading or trailing slash
 */
export function excluder(patterns: readonly string[]): Excluded {
  checkExcludes(patterns);
  if (patterns.length === 0) return () => false;
  let rules = compile(patterns);
  let asked = 0;
  return (relative, isDirectory) => {
    if (++asked % CACHED_PATHS === 0) rules = compile(patterns);
    const path = relative.toString('utf8');
    return rules.ignores(isDirectory ? `${path}/` : path);
  };
}
