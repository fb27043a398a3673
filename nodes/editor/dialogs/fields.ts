/** Fields of dialogs, each with its label and a hint. */
import { element, type Child } from '../dom.ts';

let made = 0;
const freshId = (): string => `nkb-field-${++made}`;

export interface FieldText {
  readonly label: string;
  readonly hint?: string;
}

export interface Field<E extends HTMLElement> {
  readonly element: HTMLElement;
  readonly input: E;
}

export function textField(
  { label, hint }: FieldText,
  attributes: Readonly<Record<string, string>> = {},
): Field<HTMLInputElement> {
  const id = freshId();
  const input = element('input', {
    attributes: { type: 'text', id, 'aria-describedby': hint === undefined ? null : `${id}-hint`, ...attributes },
  });
  return { input, element: element('div', { class: 'nkb-field' }, labelOf(id, label), input, hintOf(id, hint)) };
}

export function checkField({ label, hint }: FieldText, isChecked = false): Field<HTMLInputElement> {
  return choice('checkbox', { label, ...(hint === undefined ? {} : { hint }) }, { checked: isChecked });
}

/** One of several of the same `name`. */
export function radioField(text: FieldText, name: string, isChecked: boolean): Field<HTMLInputElement> {
  return choice('radio', text, { name, checked: isChecked });
}

function choice(
  type: 'checkbox' | 'radio',
  { label, hint }: FieldText,
  attributes: Readonly<Record<string, string | boolean>>,
): Field<HTMLInputElement> {
  const id = freshId();
  const described = hint === undefined ? null : `${id}-hint`;
  const input = element('input', { attributes: { type, id, 'aria-describedby': described, ...attributes } });
  return { input, element: element('div', { class: 'nkb-choice' }, input, labelOf(id, label), hintOf(id, hint)) };
}

export function selectField(
  { label, hint }: FieldText,
  choices: readonly (readonly [string, string])[],
): Field<HTMLSelectElement> {
  const id = freshId();
  const input = element(
    'select',
    { attributes: { id, 'aria-describedby': hint === undefined ? null : `${id}-hint` } },
    choices.map(([value, name]) => element('option', { attributes: { value } }, name)),
  );
  return { input, element: element('div', { class: 'nkb-field' }, labelOf(id, label), input, hintOf(id, hint)) };
}

/** Choices that belong together. */
export function group(label: string, ...fields: readonly Child[]): HTMLFieldSetElement {
  return element('fieldset', { class: 'nkb-group' }, element('legend', {}, label), ...fields);
}

const labelOf = (id: string, label: string): HTMLLabelElement => element('label', { attributes: { for: id } }, label);

function hintOf(id: string, hint: string | undefined): Child {
  return hint !== undefined && element('div', { class: 'nkb-quiet nkb-hint', attributes: { id: `${id}-hint` } }, hint);
}
