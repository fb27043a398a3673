/** What the parts of the sidebar have in common. */
import type { BackupData, Snapshot } from '../data.ts';
import { fill, type Child } from '../dom.ts';

export interface View {
  readonly element: HTMLElement;
  readonly update: (snapshot: Snapshot) => void;
}

/** What views and dialogs work with. */
export interface Desk {
  readonly data: BackupData;
  /** Says it in the bar on top, and to a screen reader. */
  readonly say: (message: string, kind?: 'info' | 'error') => void;
}

/** Does it, and says so when it fails. */
export function attempt(desk: Desk, work: () => Promise<void>): void {
  work().catch((error: unknown) => desk.say((error as Error).message, 'error'));
}

const shown = new WeakMap<Element, string>();

/**
 * Makes the content anew when what it is made of has changed. The focus stays on the element of the same `data-focus`.
 *
 * @param of - what it is made of
 */
export function refill(parent: Element, of: unknown, build: () => readonly Child[]): void {
  const key = JSON.stringify(of);
  if (shown.get(parent) === key) return;
  shown.set(parent, key);
  const active = parent.contains(document.activeElement) ? document.activeElement : null;
  const focus = active instanceof HTMLElement ? active.dataset['focus'] : undefined;
  fill(parent, build());
  if (focus !== undefined) parent.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focus)}"]`)?.focus();
}
