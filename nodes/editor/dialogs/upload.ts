/** Takes in the file of a backup that somebody has. It goes as it is, never as a whole through memory. */
import { send } from '../api.ts';
import { element, fill } from '../dom.ts';
import { formatPercent, formatSize } from '../format.ts';
import { language, text } from '../text.ts';
import type { Desk } from '../views/view.ts';
import { openDialog } from './dialog.ts';

const ENDS = '.zst,.gz,.tar,.age';

export function openUpload(desk: Desk): void {
  const id = 'nkb-upload-file';
  const input = element('input', { attributes: { type: 'file', id, accept: ENDS } });
  const bar = element('progress', {
    attributes: { max: 100, value: 0, hidden: true, 'aria-label': text('upload.progress') },
  });
  const state = element('div', { class: 'nkb-quiet', attributes: { role: 'status' } });
  let request: XMLHttpRequest | null = null;

  function onProgress({ loaded, total }: ProgressEvent): void {
    const percent = total === 0 ? 0 : (100 * loaded) / total;
    bar.value = percent;
    const amounts = { bytes: formatSize(loaded, language()), total: formatSize(total, language()) };
    fill(state, `${formatPercent(percent, language())} · ${text('jobs.of', amounts)}`);
  }

  const dialog = openDialog({
    title: text('upload.title'),
    body: [
      element('p', {}, text('upload.what')),
      element('div', { class: 'nkb-field' }, element('label', { attributes: { for: id } }, text('upload.file')), input),
      bar,
      state,
    ],
    onClose: () => request?.abort(),
    action: {
      label: text('upload.do'),
      kind: 'primary',
      run: async () => {
        const [file] = input.files ?? [];
        if (file === undefined) throw new Error(text('upload.choose'));
        bar.hidden = false;
        await send({
          url: 'backup/receive',
          method: 'POST',
          contentType: 'application/octet-stream',
          processData: false,
          data: file,
          headers: { 'X-File-Name': encodeURIComponent(file.name) },
          xhr: () => {
            request = new XMLHttpRequest();
            request.upload.addEventListener('progress', onProgress);
            return request;
          },
        });
        request = null;
        desk.say(text('upload.done', { file: file.name }));
        return undefined;
      },
    },
  });
  input.addEventListener('change', () => dialog.setReady(input.files?.length === 1));
  dialog.setReady(false);
}
