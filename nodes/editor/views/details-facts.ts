/** What is known of a backup, as names and values. */
import type { BackupRecord, Row } from '../answers.ts';
import { element, type Child } from '../dom.ts';
import { formatDate, formatList, formatNumber, formatSize } from '../format.ts';
import { language, plural, text } from '../text.ts';

/** @param record - null until it came: the list tells less */
export function factsList(row: Row, record: BackupRecord | null): readonly Child[] {
  const size = formatSize(row.size, language());
  const files = `${formatNumber(row.files, language())} · ${formatSize(row.bytes, language())}`;
  return [
    fact('date', formatDate(row.date, language(), 'long')),
    fact('plan', row.plan_name || row.plan_id),
    fact('instance', row.instance_name || row.instance_id),
    fact('started', text(row.automatic ? 'details.automatic' : 'details.manual')),
    fact('size', record === null ? size : `${size} (${record.compression})`),
    fact('files', files),
    fact('encrypted', text(encryption(row))),
    row.failed_files > 0 && fact('failedFiles', failedFiles(row, record)),
    record !== null && fact('sources', sources(record)),
    row.pinned && fact('pinned', text('details.pinnedFact')),
    row.expires !== null && fact('expires', formatDate(row.expires, language())),
    record?.node_red !== null && record !== null && fact('nodeRed', versions(record.node_red)),
    fact('id', row.backup_id),
    record !== null && fact('sha256', record.sha256),
  ];
}

function fact(key: string, value: Child): Child {
  return [element('dt', {}, text(`details.${key}`)), element('dd', {}, value)];
}

function encryption({ protected: isProtected, contains_secrets }: Row): string {
  if (isProtected) return 'details.encryptedYes';
  return contains_secrets ? 'details.encryptedNoSecrets' : 'details.encryptedNo';
}

function failedFiles({ failed_files }: Row, record: BackupRecord | null): Child {
  const list = record?.failed_files.list ?? [];
  const count = plural('row.failedFiles', failed_files);
  if (list.length === 0) return count;
  return element(
    'details',
    {},
    element('summary', {}, count),
    element('ul', {}, ...list.map(({ path, message }) => element('li', {}, `${path}: ${message}`))),
  );
}

const sources = ({ sources: all }: BackupRecord): string =>
  formatList(
    all.map(({ label, path }) => (path === undefined ? label : `${label} (${path})`)),
    language(),
  );

const versions = ({ version, node }: NonNullable<BackupRecord['node_red']>): string =>
  text('details.versions', { version, node });
