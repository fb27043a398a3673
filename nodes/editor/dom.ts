/** Makes elements. Text is always text: no name from outside is ever read as HTML. */

export type Child = Node | string | null | undefined | false | readonly Child[];
type Listeners = { readonly [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };

export interface Properties {
  readonly class?: string;
  /** Attributes. True is set without a value; false, null and undefined are left out. */
  readonly attributes?: Readonly<Record<string, string | number | boolean | null | undefined>>;
  readonly on?: Listeners;
}

const SVG = 'http://www.w3.org/2000/svg';

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (properties.class !== undefined) made.className = properties.class;
  setAttributes(made, properties.attributes ?? {});
  for (const [name, listener] of Object.entries(properties.on ?? {})) {
    made.addEventListener(name, listener as EventListener);
  }
  append(made, children);
  return made;
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>> = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, tag);
  setAttributes(made, attributes);
  append(made, children);
  return made;
}

/** Puts these in place of what is in it. */
export function fill(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

/** A sign that says nothing to a screen reader. */
export function icon(name: string): HTMLElement {
  return element('i', { class: `fa fa-${name}`, attributes: { 'aria-hidden': 'true' } });
}

export interface ButtonLook {
  /** Name of the icon, without `fa-`. */
  readonly icon?: string;
  /** Shown as the icon alone; the label is then its name and its tooltip. */
  readonly iconOnly?: boolean;
  readonly kind?: 'primary' | 'danger';
}

export function button(label: string, onClick: () => void, look: ButtonLook = {}): HTMLButtonElement {
  const { icon: sign, iconOnly = false, kind } = look;
  return element(
    'button',
    {
      class: ['red-ui-button', 'red-ui-button-small', 'nkb-button', kind === undefined ? '' : `nkb-${kind}`].join(' '),
      attributes: { type: 'button', 'aria-label': iconOnly && label, title: iconOnly && label },
      on: { click: onClick },
    },
    sign !== undefined && icon(sign),
    sign !== undefined && !iconOnly && ' ',
    !iconOnly && label,
  );
}

function setAttributes(made: Element, attributes: NonNullable<Properties['attributes']>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    made.setAttribute(name, value === true ? '' : String(value));
  }
}

function append(parent: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === false || child === null || child === undefined) continue;
    if (typeof child === 'string' || child instanceof Node) parent.append(child);
    else append(parent, child);
  }
}
