/** The tree of a backup, a page at a time. */
import { BackupError, type Engine } from '../../../src/index.ts';
import { queryText, requiredQuery } from '../../lib/http/asked.ts';
import type { FileLists, ShownFile } from './file-list.ts';
import { storedCopy } from './jobs.ts';
import type { Asked } from '../../lib/http/serve.ts';

const PAGE = 500;
/** It tells of the backup itself. */
const OWN = 'backup.json';

interface FilesPage {
  /** At most 500. */
  readonly entries: readonly ShownFile[];
  /** To be given as `after` for the next page; null when this is the last. */
  readonly more: string | null;
}

export async function answerFiles(engine: Engine, lists: FileLists, asked: Asked): Promise<FilesPage> {
  const { request, signal } = asked;
  const { record, agentId } = await storedCopy(engine, asked, requiredQuery(request, 'at'));
  const folder = optional(asked, 'folder');
  const search = optional(asked, 'search');
  const from = startOf(queryText(request, 'after'));
  const all = lists.read(engine, { backupId: record.backup_id, agentId }, signal);
  const wanted = search === '' ? childrenOf(all, folder) : matching(all, search, folder);
  const entries: ShownFile[] = [];
  let place = 0;
  let more: string | null = null;
  for await (const entry of wanted) {
    if (place >= from && entries.length < PAGE) entries.push(entry);
    else if (place >= from) more ??= String(place);
    place++;
  }
  return { entries, more };
}

/** Empty where it is left out, or empty. */
function optional({ request }: Asked, key: string): string {
  return request.query[key] === '' ? '' : (queryText(request, key) ?? '');
}

function startOf(after: string | null): number {
  if (after === null) return 0;
  if (/^\d{1,9}$/.test(after)) return Number(after);
  throw new BackupError('invalid_request', 'after: give what the page before said as more.');
}

/** What lies directly in a folder. One that is no member itself is there when something is in it. */
async function* childrenOf(all: AsyncIterable<ShownFile>, folder: string): AsyncGenerator<ShownFile, void, undefined> {
  const before = folder === '' ? '' : `${folder.replace(/\/+$/, '')}/`;
  const seen = new Set<string>();
  for await (const entry of all) {
    if (!entry.path.startsWith(before) || entry.path === OWN) continue;
    const [name = '', ...deeper] = entry.path.slice(before.length).split('/');
    if (name === '' || seen.has(name)) continue;
    seen.add(name);
    const path = before + name;
    yield deeper.length === 0 ? entry : { path, kind: 'directory', size: 0, mtime: entry.mtime };
  }
}

async function* matching(
  all: AsyncIterable<ShownFile>,
  search: string,
  folder: string,
): AsyncGenerator<ShownFile, void, undefined> {
  const text = search.toLowerCase();
  const below = folder === '' ? '' : `${folder.replace(/\/+$/, '')}/`;
  for await (const entry of all) {
    const isWanted = entry.path !== OWN && entry.path.startsWith(below) && entry.path.toLowerCase().includes(text);
    if (isWanted) yield entry;
  }
}
