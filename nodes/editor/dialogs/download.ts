/** Download of a backup, as it is or decrypted, or of one file of it. */
import type { Row } from '../answers.ts';
import { post } from '../api.ts';
import { element } from '../dom.ts';
import { text } from '../text.ts';
import type { Desk } from '../views/view.ts';
import { Dialog } from './dialog.ts';
import { group, radioField } from './fields.ts';
import { sourcePlace } from './source-place.ts';

interface Ticket {
  readonly url: string;
  readonly file: string;
}

interface TicketRequest {
  readonly at: string;
  readonly decrypted: boolean;
  /** One file of it. */
  readonly path?: string;
}

/**
 * A link carries no login, so the address that it gets is good for one download within a minute.
 *
 * @throws ApiError
 */
async function download(backupId: string, request: TicketRequest): Promise<void> {
  const { url, file } = await post<Ticket>(`backups/${encodeURIComponent(backupId)}/ticket`, request);
  const link = element('a', { attributes: { href: url, download: file, hidden: true } });
  document.body.append(link);
  link.click();
  link.remove();
}

export function openDownload(desk: Desk, row: Row): void {
  const place = sourcePlace(desk.data.snapshot, row);
  const asItIs = radioField(
    { label: text('download.asItIs'), hint: text('download.asItIsHint') },
    'nkb-download',
    true,
  );
  const open = radioField(
    { label: text('download.decrypted'), hint: text('download.decryptedHint') },
    'nkb-download',
    false,
  );
  new Dialog({
    title: text('download.title'),
    body: [
      place.element,
      row.protected
        ? group(text('download.how'), asItIs.element, open.element)
        : element('p', {}, text(row.contains_secrets ? 'download.secrets' : 'download.plain')),
    ],
    action: {
      label: text('download.do'),
      kind: 'primary',
      run: async () => {
        await download(row.backup_id, { at: place.agentId(), decrypted: row.protected && open.input.checked });
        desk.say(text('download.started'));
      },
    },
  });
}
