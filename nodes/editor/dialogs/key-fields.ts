/** A key for a backup that those of the deployed key nodes do not open. It is sent once and kept nowhere. */
import { element } from '../dom.ts';
import { text } from '../text.ts';
import { textField } from './fields.ts';

export interface KeyFields {
  readonly element: HTMLElement;
  /** For the body of a request; empty when none was given. */
  readonly body: () => { readonly identity?: string; readonly passphrase?: string };
}

const IDENTITY = /^AGE-SECRET-KEY-/i;

export function keyFields(): KeyFields {
  const { element: field, input } = textField(
    { label: text('key.label'), hint: text('key.hint') },
    { type: 'password', autocomplete: 'off', spellcheck: 'false' },
  );
  return {
    element: element('details', { class: 'nkb-other-key' }, element('summary', {}, text('key.other')), field),
    body: () => {
      const key = input.value.trim();
      if (key === '') return {};
      return IDENTITY.test(key) ? { identity: key } : { passphrase: input.value };
    },
  };
}
