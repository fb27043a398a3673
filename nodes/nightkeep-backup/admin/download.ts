/** The routes by which a backup, or a file of it, leaves this machine through the browser. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BackupError, type BackupRecord, type Engine } from '../../../src/index.ts';
import { bodyOf, flagIn, optionalText, textIn } from '../../lib/http/asked.ts';
import { notFound } from '../../lib/http/failure.ts';
import { storedCopy } from './jobs.ts';
import type { Asked } from '../../lib/http/serve.ts';
import type { Ticket, Tickets } from './tickets.ts';

interface IssuedTicket {
  /** Relative to the editor's address. May be asked once, within 60 s. */
  readonly url: string;
  readonly file: string;
  /** Null when it is known only at the end. */
  readonly size: number | null;
}

export async function issueTicket(engine: Engine, tickets: Tickets, asked: Asked): Promise<IssuedTicket> {
  const body = bodyOf(asked.request);
  const path = optionalText(body, 'path');
  const decrypted = flagIn(body, 'decrypted');
  const { record, agentId } = await storedCopy(engine, asked, textIn(body, 'at'));
  if (record.protected && path !== null && !decrypted) {
    throw new BackupError('invalid_request', 'decrypted: a file of an encrypted backup can only be had decrypted.');
  }
  const what = path !== null ? 'file' : decrypted && record.protected ? 'decrypted' : 'archive';
  const file = fileName(record, path, what);
  const token = tickets.issue({ backupId: record.backup_id, agentId, what, path, file });
  return { url: `backup/download/${token}`, file, size: what === 'archive' ? record.size : null };
}

function fileName({ file }: BackupRecord, path: string | null, what: Ticket['what']): string {
  if (path !== null) return path.split('/').at(-1) ?? path;
  return what === 'decrypted' ? file.replace(/\.age$/, '') : file;
}

export async function download(engine: Engine, tickets: Tickets, { request, response, signal }: Asked): Promise<null> {
  const ticket = tickets.redeem(String(request.params['token']));
  if (ticket === null) throw notFound('This address was used, or its time is over. Ask for the download again.');
  const bytes = ticket.what === 'archive' ? await archiveOf(engine, ticket, signal) : contentOf(engine, ticket, signal);
  const chunks = bytes.content[Symbol.asyncIterator]();
  // What cannot be read at all is told before anything is sent.
  const first = await chunks.next();
  response.set({
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': attachment(ticket.file),
    'X-Content-Type-Options': 'nosniff',
    ...(bytes.size === null ? {} : { 'Content-Length': String(bytes.size) }),
  });
  await pipeline(Readable.from(onwards(first, chunks), { objectMode: false }), response).catch((error: unknown) => {
    // An answer that ends too early is how a browser is told.
    response.destroy();
    if (!signal.aborted) throw error;
  });
  return null;
}

interface Bytes {
  readonly content: AsyncIterable<Uint8Array>;
  readonly size: number | null;
}

async function archiveOf(engine: Engine, { backupId, agentId }: Ticket, signal: AbortSignal): Promise<Bytes> {
  const agent = engine.locations.agents().find(({ id }) => id === agentId);
  if (agent === undefined) throw notFound('The location of this backup has gone. Look where else it lies.');
  const { size } = await agent.get(backupId, { signal });
  return { content: (await agent.download(backupId, { signal })) as AsyncIterable<Uint8Array>, size };
}

function contentOf(engine: Engine, { backupId, agentId, path }: Ticket, signal: AbortSignal): Bytes {
  return { content: engine.content({ backupId, agentId, path }, signal), size: null };
}

async function* onwards(
  first: IteratorResult<Uint8Array>,
  chunks: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for (let step = first; step.done !== true; step = await chunks.next()) yield step.value;
  } finally {
    await chunks.return?.();
  }
}

/** For old browsers in plain ASCII, for all others as it is. */
function attachment(file: string): string {
  const plain = file.replace(/[^\w.~ -]/g, '_').slice(-200);
  const exact = encodeURIComponent(Buffer.from(file).toString()).replace(/['()*]/g, (sign) => `%${hex(sign)}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}

function hex(sign: string): string {
  return sign.charCodeAt(0).toString(16).toUpperCase();
}
