import * as zlib from 'node:zlib';
import { freeBuffer } from '../../io/own-memory.ts';
import type { Compression } from '../../model.ts';

/** The most tar bytes that one frame holds. */
export const PIECE_BYTES: number = 4 * 1024 * 1024;

const ZSTD_LEVEL = 3;
/** A frame is one piece: with a window as long, what repeats is found in all of it. */
const ZSTD_WINDOW_LOG: number = Math.log2(PIECE_BYTES);
/** One step smaller than the level has them, the tables stay in a core's cache: up to a fifth less time for one percent in size. */
const ZSTD_HASH_LOG = 16;
const ZSTD_CHAIN_LOG = 15;
const GZIP_LEVEL = 6;

/** False before Node.js 22.15. */
export const hasZstd: boolean = typeof (zlib as Partial<typeof zlib>).zstdCompressSync === 'function';

/** What an archive is compressed with when this is asked for: zstd becomes gzip where this Node.js has no zstd. */
export function compressionHere(wanted: Compression): Compression {
  return wanted === 'zstd' && !hasZstd ? 'gzip' : wanted;
}

/** Output is gathered in steps of this size, which holds any result at once: Node's default of 16 KiB takes 2.5 times as long. */
const OUTPUT_STEP: number = PIECE_BYTES + 32 * 1024;

/** Gives bytes that own their whole buffer, so that it can be transferred to another thread; frees the one they were in. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  if (!(buffer instanceof ArrayBuffer)) return new Uint8Array(bytes);
  if (bytes.byteLength === buffer.byteLength) return new Uint8Array(buffer);
  const copy = new Uint8Array(bytes);
  // What is smaller may lie in the pool that Node.js keeps for small buffers.
  if (buffer.byteLength >= OUTPUT_STEP) freeBuffer(buffer);
  return copy;
}

/**
 * One frame (zstd), member (gzip) or plain copy (none) of `input`.
 *
 * @param input - 1 to `PIECE_BYTES` bytes
 */
export function compressFrame(input: Uint8Array, compression: Compression): Uint8Array<ArrayBuffer> {
  const chunkSize = OUTPUT_STEP;
  switch (compression) {
    case 'zstd':
      return owned(
        zlib.zstdCompressSync(input, {
          chunkSize,
          pledgedSrcSize: input.length,
          params: {
            [zlib.constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL,
            [zlib.constants.ZSTD_c_windowLog]: ZSTD_WINDOW_LOG,
            [zlib.constants.ZSTD_c_hashLog]: ZSTD_HASH_LOG,
            [zlib.constants.ZSTD_c_chainLog]: ZSTD_CHAIN_LOG,
            [zlib.constants.ZSTD_c_checksumFlag]: 1,
            [zlib.constants.ZSTD_c_contentSizeFlag]: 1,
          },
        }),
      );
    case 'gzip': {
      const member = zlib.gzipSync(input, { chunkSize, level: GZIP_LEVEL });
      member.set(GZIP_HEADER, 0);
      return owned(member);
    }
    case 'none':
      return new Uint8Array(input);
  }
}

/** No name, no time, unknown system: the same on every machine. */
const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);

/**
 * The inverse of `compressFrame`.
 *
 * @param input - exactly one frame
 * @param size - bytes that it must hold
 * @throws Error when it does not
 */
export function decompressFrame(input: Uint8Array, compression: Compression, size: number): Uint8Array<ArrayBuffer> {
  const options = { chunkSize: Math.max(size, 64), maxOutputLength: Math.max(size, 1) };
  let output: Uint8Array;
  switch (compression) {
    case 'zstd':
      output = zlib.zstdDecompressSync(input, options);
      break;
    case 'gzip':
      if (!GZIP_HEADER.every((byte, i) => input[i] === byte)) throw new Error('not the gzip header of a frame');
      output = zlib.gunzipSync(input, options);
      break;
    case 'none':
      output = input;
      break;
  }
  if (output.length !== size) {
    throw new Error(`the frame holds ${String(output.length)} bytes, not ${String(size)}`);
  }
  return owned(output);
}
