import { button, element, fill, type Child } from '../dom.ts';
import { text } from '../text.ts';
import type { Desk } from '../views/view.ts';
import { addFlow, deploy, startBackup } from './add-flow.ts';
import type { FirstFlow } from './first-flow.ts';

/** Where the first time plays. */
export interface Stage {
  readonly content: HTMLElement;
  /** Shows the rest of the sidebar in its place. */
  readonly leave: () => void;
}

/** Puts a flow onto the canvas and says so; when that was asked for, deploys it and makes the first backup. */
export async function bringIn(
  desk: Desk,
  flow: FirstFlow,
  { content, leave, deploys }: Stage & { readonly deploys: boolean },
): Promise<void> {
  addFlow(flow);
  const done = flow.createId === null ? 'deployingPlace' : 'deploying';
  const said = element('p', { attributes: { role: 'status' } }, text(`firstTime.${deploys ? done : 'added'}`));
  fill(content, said, buttons(button(text('firstTime.leave'), leave)));
  if (!deploys) return;
  await deploy();
  leave();
  if (flow.createId !== null) await startBackup(flow.createId);
  desk.data.refreshSoon();
}

export function buttons(...all: readonly Child[]): HTMLElement {
  return element('div', { class: 'nkb-first-buttons' }, ...all);
}
