import mustache from 'mustache';
import { BackupError, isoLocal, systemClock } from '../../src/index.ts';

/**
 * Renders a mustache template. The result is text for people and names, not a page: nothing is escaped.
 *
 * @throws BackupError `invalid_request` for a template that cannot be read
 */
export function render(template: string, view: object): string {
  try {
    return mustache.render(template, view, undefined, { escape: String });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BackupError('invalid_request', `The template "${template}" cannot be read: ${why}`, { cause: error });
  }
}

/** `date` and `time` of now, as templates see them. */
export function timeView(): { readonly date: string; readonly time: string } {
  const now = isoLocal(systemClock.now());
  return { date: now.slice(0, 10), time: now.slice(11, 16) };
}
