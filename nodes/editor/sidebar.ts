/** What the tab shows. */
import { element } from './dom.ts';
import { text } from './text.ts';

export class SidebarView {
  readonly content: HTMLElement = element('div', { class: 'nkb-sidebar' }, text('sidebar.loading'));

  /** The tab came to the front. */
  show(): void {
    this.content.classList.add('nkb-shown');
  }

  close(): void {
    this.content.remove();
  }
}
