/** Takes in the file of a backup that somebody has. The browser sends it from the disk, never as a whole through memory. */
import { send } from '../api.ts';
import { element, fill } from '../dom.ts';
import { formatPercent, formatSize } from '../format.ts';
import { language, text } from '../text.ts';
import type { Desk } from '../views/view.ts';
import { Dialog } from './dialog.ts';

const ENDS = '.zst,.gz,.tar,.age';
const FIELD = 'nkb-upload-file';

export class Upload {
  readonly #desk: Desk;
  readonly #input = element('input', { attributes: { type: 'file', id: FIELD, accept: ENDS } });
  readonly #bar = element('progress', {
    attributes: { max: 100, value: 0, hidden: true, 'aria-label': text('upload.progress') },
  });
  readonly #state = element('div', { class: 'nkb-quiet', attributes: { role: 'status' } });
  readonly #dialog: Dialog;
  #request: XMLHttpRequest | null = null;

  /** Opens the dialog. */
  constructor(desk: Desk) {
    this.#desk = desk;
    const field = element('label', { attributes: { for: FIELD } }, text('upload.file'));
    this.#dialog = new Dialog({
      title: text('upload.title'),
      body: [
        element('p', {}, text('upload.what')),
        element('div', { class: 'nkb-field' }, field, this.#input),
        this.#bar,
        this.#state,
      ],
      onClose: () => this.#request?.abort(),
      action: { label: text('upload.do'), kind: 'primary', run: () => this.#upload() },
    });
    this.#input.addEventListener('change', () => this.#dialog.setReady(this.#input.files?.length === 1));
    this.#dialog.setReady(false);
  }

  async #upload(): Promise<void> {
    const [file] = this.#input.files ?? [];
    if (file === undefined) throw new Error(text('upload.choose'));
    this.#bar.hidden = false;
    await send({
      url: 'backup/receive',
      method: 'POST',
      contentType: 'application/octet-stream',
      processData: false,
      data: file,
      headers: { 'X-File-Name': encodeURIComponent(file.name) },
      xhr: () => this.#watched(),
    });
    this.#request = null;
    this.#desk.say(text('upload.done', { file: file.name }));
  }

  #watched(): XMLHttpRequest {
    this.#request = new XMLHttpRequest();
    this.#request.upload.addEventListener('progress', ({ loaded, total }) => this.#show(loaded, total));
    return this.#request;
  }

  #show(loaded: number, total: number): void {
    const percent = total === 0 ? 0 : (100 * loaded) / total;
    this.#bar.value = percent;
    const amounts = { bytes: formatSize(loaded, language()), total: formatSize(total, language()) };
    fill(this.#state, `${formatPercent(percent, language())} · ${text('jobs.of', amounts)}`);
  }
}
