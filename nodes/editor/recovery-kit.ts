/** The page with the key of the backups, to be printed and kept where the backups are not. */
import { post } from './api.ts';
import { RED } from './red.ts';
import { fillValues, type TextValues } from './text.ts';

const KEYS = '@nightkeep/node-red-backup/backup-key:backup-key';
const STYLE =
  'body{font:12pt sans-serif;max-width:44em;margin:2em auto;color:#000;background:#fff}' +
  'pre,code{overflow-wrap:anywhere;white-space:pre-wrap}#kit-identity{font-size:10pt;white-space:nowrap}' +
  'svg{width:6cm}@media print{button{display:none}}';
/** The two stock commands. */
const COMMANDS = [
  'age -d -i key.txt BACKUP.tar.zst.age | zstd -d --stdout | tar -t',
  'age -d -i key.txt BACKUP.tar.zst.age | zstd -d --stdout | tar -x',
];

interface Kit {
  readonly identity: string;
  readonly recipient: string;
  readonly instance: string;
  /** ISO, local offset. */
  readonly date: string;
  /** Of the identity: an SVG document. */
  readonly qr: string;
  readonly locations: readonly { readonly id: string; readonly name: string }[];
}

export interface KitOf {
  /** Of the deployed node whose key it is. */
  readonly id: string;
  /** As it stands in a dialog; empty, or what stands for a stored one, for the node's. */
  readonly identity: string;
}

/**
 * To be called while a click is handled: later the browser takes a new page for something that nobody asked for.
 *
 * @throws ApiError, or Error when the browser does not let the page open
 */
export async function openKit(of: KitOf): Promise<void> {
  const page = window.open('', '_blank');
  if (page === null) throw new Error(say('error.popup'));
  try {
    writeKit(page, await post<Kit>('keys/kit', of));
  } catch (error) {
    page.close();
    throw error;
  }
}

function say(key: string, values: TextValues = {}): string {
  return fillValues(RED._(`${KEYS}.${key}`, { skipInterpolation: true }), values);
}

/** It has no address, so that nothing secret is in one. */
function writeKit(page: Window, kit: Kit): void {
  const { document } = page;
  const add = (tag: string, content: string, id = ''): HTMLElement => {
    const made = document.createElement(tag);
    made.textContent = content;
    if (id !== '') made.id = id;
    document.body.append(made);
    return made;
  };
  const text = (key: string, values: TextValues = {}): string => say(`kit.${key}`, values);
  document.title = text('title', { instance: kit.instance });
  document.head.append(Object.assign(document.createElement('style'), { textContent: STYLE }));
  add('h1', document.title);
  add('p', text('what', { date: kit.date.slice(0, 10) }));
  add('h2', text('identity'));
  add('pre', kit.identity, 'kit-identity');
  // Made by the server from the key alone.
  add('div', '', 'kit-qr').innerHTML = kit.qr;
  const own = document.createElement('code');
  own.textContent = kit.recipient;
  add('p', `${text('public')} `).append(own);
  add('h2', text('locations'));
  const list = add('ul', '');
  for (const { id, name } of kit.locations) {
    const item = document.createElement('li');
    item.textContent = name === id || id.endsWith(name) ? id : `${name} (${id})`;
    list.append(item);
  }
  add('h2', text('back'));
  add('p', text('file'));
  for (const command of COMMANDS) add('pre', command);
  add('p', text('endings'));
  add('button', text('print')).addEventListener('click', () => page.print());
}
