/**
 * A list of thousands of rows of one height, of which only those in sight are there. A listbox: one row is in the order of the Tab key,
 * and the arrow keys go from row to row.
 */
import { element } from './dom.ts';
import { visibleRange } from './model/visible-range.ts';

export interface VirtualListOptions<T> {
  readonly label: string;
  /** What scrolls; the list lies somewhere in it. */
  readonly scroller: HTMLElement;
  readonly build: (item: T) => HTMLElement;
  readonly idOf: (item: T) => string;
  readonly onOpen: (item: T) => void;
}

const GUESSED_HEIGHT = 60;
const PAGE = 10;

export class VirtualList<T> {
  readonly element: HTMLElement;
  readonly #options: VirtualListOptions<T>;
  readonly #shown = new Map<number, HTMLElement>();
  #items: readonly T[] = [];
  /** Index of the row that the Tab key goes to. */
  #active = 0;
  /** Id of the row that somebody went to; null while nobody has. */
  #chosen: string | null = null;
  #rowHeight = GUESSED_HEIGHT;
  #isDrawing = false;

  constructor(options: VirtualListOptions<T>) {
    this.#options = options;
    this.element = element('div', {
      class: 'nkb-list',
      attributes: { role: 'listbox', 'aria-label': options.label },
      on: { keydown: (event) => this.#onKey(event), click: (event) => this.#onClick(event) },
    });
    options.scroller.addEventListener('scroll', this.drawSoon, { passive: true });
    new ResizeObserver(() => this.#measure()).observe(options.scroller);
  }

  setItems(items: readonly T[]): void {
    const hadFocus = this.element.contains(document.activeElement);
    this.#items = items;
    const again = items.findIndex((item) => this.#idOf(item) === this.#chosen);
    const last = Math.max(0, items.length - 1);
    this.#active = again !== -1 ? again : this.#chosen === null ? 0 : Math.min(this.#active, last);
    this.#clear();
    this.#measure();
    if (hadFocus) this.focus();
  }

  /** The row that was last in use. */
  focus(): void {
    this.#goTo(this.#active);
  }

  readonly drawSoon = (): void => {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.#draw();
    });
  };

  #idOf(item: T): string {
    return this.#options.idOf(item);
  }

  #clear(): void {
    for (const row of this.#shown.values()) row.remove();
    this.#shown.clear();
  }

  /** The style decides how high a row is, and that changes with the width. */
  #measure(): void {
    const [sample] = this.#shown.values();
    const height = (sample ?? this.#sample())?.offsetHeight ?? 0;
    if (height > 0) this.#rowHeight = height;
    this.element.style.height = `${this.#items.length * this.#rowHeight}px`;
    for (const [index, row] of this.#shown) row.style.top = `${index * this.#rowHeight}px`;
    this.#draw();
  }

  #sample(): HTMLElement | undefined {
    return this.#items.length === 0 ? undefined : this.#put(0);
  }

  #draw(): void {
    const { scroller } = this.#options;
    const height = scroller.clientHeight;
    if (height === 0) return;
    const scrolled = scroller.getBoundingClientRect().top - this.element.getBoundingClientRect().top;
    const [first, end] = visibleRange({ rows: this.#items.length, rowHeight: this.#rowHeight, scrolled, height });
    for (const [index, row] of this.#shown) {
      if ((index >= first && index < end) || index === this.#active) continue;
      row.remove();
      this.#shown.delete(index);
    }
    for (let index = first; index < end; index++) this.#put(index);
    if (this.#active < this.#items.length) this.#put(this.#active);
  }

  #put(index: number): HTMLElement | undefined {
    const known = this.#shown.get(index);
    const item = this.#items[index];
    if (known !== undefined || item === undefined) return known;
    const row = this.#options.build(item);
    row.style.top = `${index * this.#rowHeight}px`;
    row.dataset['index'] = String(index);
    row.tabIndex = index === this.#active ? 0 : -1;
    row.setAttribute('aria-posinset', String(index + 1));
    row.setAttribute('aria-setsize', String(this.#items.length));
    this.#shown.set(index, row);
    this.element.append(row);
    return row;
  }

  #goTo(index: number): void {
    const wanted = Math.min(Math.max(index, 0), this.#items.length - 1);
    const before = this.#shown.get(this.#active);
    if (before !== undefined) before.tabIndex = -1;
    this.#active = wanted;
    const item = this.#items[wanted];
    if (item !== undefined) this.#chosen = this.#idOf(item);
    const row = this.#put(wanted);
    if (row === undefined) return;
    row.tabIndex = 0;
    row.focus();
    row.scrollIntoView({ block: 'nearest' });
  }

  #onKey(event: KeyboardEvent): void {
    const to: Readonly<Record<string, number>> = {
      ArrowDown: this.#active + 1,
      ArrowUp: this.#active - 1,
      PageDown: this.#active + PAGE,
      PageUp: this.#active - PAGE,
      Home: 0,
      End: this.#items.length - 1,
    };
    const index = to[event.key];
    const isOpening = event.key === 'Enter' || event.key === ' ';
    if (index === undefined && !isOpening) return;
    event.preventDefault();
    // The editor has its own meaning for some of them.
    event.stopPropagation();
    if (index !== undefined) this.#goTo(index);
    else this.#open(this.#active);
  }

  #onClick({ target }: MouseEvent): void {
    const row = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null;
    if (row === null) return;
    this.#goTo(Number(row.dataset['index']));
    this.#open(this.#active);
  }

  #open(index: number): void {
    const item = this.#items[index];
    if (item !== undefined) this.#options.onOpen(item);
  }
}
