/** The folders that settings name. */
import { isAbsolute, join, resolve } from 'node:path';
import mustache from 'mustache';
import { BackupError } from '../../src/index.ts';

/** What a folder setting may use. */
export interface FolderView {
  readonly instance_name: string;
}

/**
 * A folder setting with its values put in. Unlike the text of a message, it has no default to fall back to: a wrong folder would mix
 * the backups of several machines.
 *
 * @throws BackupError `invalid_request` when it cannot be read, uses what is not in `view`, or a value would change the path
 */
export function renderFolder(template: string, view: FolderView): string {
  const values = view as unknown as Readonly<Record<string, string>>;
  const wrong = (why: string): BackupError => new BackupError('invalid_request', `folder: "${template}" ${why}`);
  const parts = parse(template, wrong).map(([kind, text]) => {
    if (kind === 'text') return text;
    const value = kind === 'name' || kind === '&' ? values[text] : undefined;
    if (value === undefined) throw wrong(`uses "${text}". There are: ${Object.keys(view).join(', ')}.`);
    if (value === '' || /^\.{1,2}$|[/\\\0]/.test(value)) {
      throw wrong(`cannot be used: ${text} is "${value}", which is no name of a folder.`);
    }
    return value;
  });
  return parts.join('').trim();
}

function parse(template: string, wrong: (why: string) => BackupError): [kind: string, text: string][] {
  try {
    return mustache.parse(template) as unknown as [string, string][];
  } catch (error) {
    throw wrong(`cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

const DEFAULT_FOLDER = 'backups';

/** Where backups lie when nothing is set: the location `local`. */
export function defaultFolder(userDir: string): string {
  return join(userDir, DEFAULT_FOLDER);
}

/** A relative folder lies in the user directory. */
export function absoluteFolder(folder: string, userDir: string): string {
  return isAbsolute(folder) ? folder : resolve(userDir, folder);
}
