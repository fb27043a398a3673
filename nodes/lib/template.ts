import mustache from 'mustache';
import type { Node } from 'node-red';
import { BackupError, isoLocal, systemClock } from '../../src/index.ts';

/**
 * Renders a mustache template. The result is text for people and names, not a page: nothing is escaped.
 *
 * @param template - empty for the default; one that cannot be read counts as empty, because a typing error must not cost a
 *   backup or the news of a failure
 */
export function render(template: string, defaultTemplate: string, view: object): string {
  const readable = template.trim() !== '' && templateProblem(template) === null;
  return mustache.render(readable ? template : defaultTemplate, view, undefined, { escape: String });
}

/** Says at once when a template cannot be read. */
export function checkTemplate(node: Node, template: string): void {
  const complaint = templateComplaint(template);
  if (complaint !== null) node.error(new BackupError('invalid_request', complaint));
}

/** For people: that a template cannot be read, and why; null when it can. */
export function templateComplaint(template: string): string | null {
  const problem = templateProblem(template);
  return problem === null ? null : `The template "${template}" cannot be read, the default is used: ${problem}`;
}

function templateProblem(template: string): string | null {
  try {
    mustache.parse(template);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** `date` and `time` of now, as templates see them. */
export function timeView(): { readonly date: string; readonly time: string } {
  const now = isoLocal(systemClock.now());
  return { date: now.slice(0, 10), time: now.slice(11, 16) };
}
