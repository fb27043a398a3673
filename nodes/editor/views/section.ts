/** A part of the sidebar that can be folded, and is as it was left. */
import { element, icon } from '../dom.ts';

export interface Section {
  readonly element: HTMLElement;
  readonly body: HTMLElement;
  readonly isOpen: () => boolean;
}

export interface SectionOptions {
  readonly id: string;
  readonly title: string;
  readonly isOpen: boolean;
  readonly onToggle?: (isOpen: boolean) => void;
}

const STORED = 'nightkeep-backup-section-';

export function section({ id, title, isOpen, onToggle }: SectionOptions): Section {
  const stored = localStorage.getItem(STORED + id);
  let open = stored === null ? isOpen : stored === 'open';
  const body = element('div', { class: 'nkb-section-body', attributes: { id: `nkb-section-${id}` } });
  const toggle = element(
    'button',
    { class: 'nkb-section-toggle', attributes: { type: 'button', 'aria-controls': body.id } },
    icon('angle-down'),
    title,
  );
  const whole = element('section', { class: 'nkb-section', attributes: { 'aria-label': title } });
  const show = (): void => {
    toggle.setAttribute('aria-expanded', String(open));
    body.hidden = !open;
  };
  toggle.addEventListener('click', () => {
    open = !open;
    localStorage.setItem(STORED + id, open ? 'open' : 'closed');
    show();
    onToggle?.(open);
  });
  show();
  whole.append(element('h3', { class: 'nkb-section-title' }, toggle), body);
  return { element: whole, body, isOpen: () => open };
}
