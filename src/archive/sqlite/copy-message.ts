/** What the process that copies databases is asked and what it answers. */

export interface CopyOrder {
  /** Bytes of the database's path. */
  readonly path: Uint8Array;
  /** Absolute path of the copy; nothing is there yet. */
  readonly copy: string;
  /** For how long another program may keep the database locked, in milliseconds. */
  readonly lockedMs: number;
}

export type CopyReply =
  /** It is not a database, or there is no space for a copy: read it as a file. `why` is null when that gives a whole one. */
  | { readonly kind: 'none'; readonly why: string | null }
  | {
      readonly kind: 'copied';
      /** Why the copy may be no sound one, null when it is. */
      readonly why: string | null;
      /** For how long writers of the database had to wait, in milliseconds; 0 when they did not. */
      readonly heldMs: number;
    };
