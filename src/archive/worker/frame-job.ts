import type { SealedRange } from '../encryption/sealed-range.ts';
import type { Compression } from '../../model.ts';

/** One frame to compress or decompress; `buffer` is transferred there and back. */
export type FrameJob =
  | {
      readonly op: 'compress';
      readonly buffer: ArrayBuffer;
      readonly length: number;
      /** First byte and length, in turn, of the parts whose sha256 is wanted. */
      readonly parts: readonly number[];
      readonly compression: Compression;
    }
  | {
      readonly op: 'decompress';
      readonly buffer: ArrayBuffer;
      readonly length: number;
      readonly size: number;
      /** Null when the buffer holds the frame as it is. */
      readonly sealed: SealedRange | null;
      readonly compression: Compression;
    };

/** Finish what came before, then end. */
export interface EndOrder {
  readonly op: 'end';
}

export type FrameReply =
  | {
      readonly id: number;
      readonly ok: true;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly spare: ArrayBuffer;
      /** Of the parts, lower-case hex. */
      readonly digests: readonly string[];
    }
  | { readonly id: number; readonly ok: false; readonly message: string };
