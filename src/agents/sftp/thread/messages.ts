/** What the main thread and the thread of an SFTP connection say to each other. */
import type { MessagePort } from 'node:worker_threads';
import type { SerializedError } from '../../../errors.ts';
import type { ByteRange } from '../../agent.ts';
import type { StoredFile } from '../../file-store.ts';
import type { SftpSettings } from '../settings.ts';

export interface ThreadData {
  readonly settings: SftpSettings;
}

/** Calls of a file store that are questions with an answer, and what the answers are. */
export interface Answers {
  readonly prepare: undefined;
  readonly list: readonly StoredFile[];
  readonly stat: StoredFile | null;
  readonly readSmall: Uint8Array | null;
  readonly read: undefined;
  readonly put: undefined;
  readonly rename: undefined;
  readonly remove: undefined;
  readonly space: { readonly free: number } | null;
}

export type Request =
  | { readonly verb: 'prepare' | 'list' | 'space' }
  | { readonly verb: 'stat' | 'remove'; readonly name: string }
  | { readonly verb: 'readSmall'; readonly name: string; readonly maxBytes: number }
  | { readonly verb: 'rename'; readonly from: string; readonly to: string }
  /** Answered when the file is open; its bytes come through the port. */
  | { readonly verb: 'read'; readonly name: string; readonly range: ByteRange | undefined; readonly port: MessagePort }
  /** The bytes come through the port. */
  | { readonly verb: 'put'; readonly name: string; readonly start: number | undefined; readonly port: MessagePort };

export type ToThread =
  | { readonly type: 'call'; readonly id: number; readonly request: Request }
  | { readonly type: 'abort'; readonly id: number; readonly reason: SerializedError }
  /** Let go of the connection, and end. */
  | { readonly type: 'end' };

export type FromThread =
  | { readonly type: 'done'; readonly id: number; readonly value: Answers[keyof Answers] }
  | { readonly type: 'failed'; readonly id: number; readonly error: SerializedError }
  /** Of a `put`: so many bytes of the file are there. */
  | { readonly type: 'confirmed'; readonly id: number; readonly bytes: number };
