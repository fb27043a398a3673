import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { systemCode } from '../errors.ts';

/** What became of reading a JSON file. `text` says why in a few words. */
export type JsonReading =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid'; readonly text: string };

/** Parses bytes that come from outside: never throws, and says what is wrong with them. */
export function parseJsonBytes(bytes: Uint8Array): JsonReading {
  if (bytes.length === 0) return { kind: 'invalid', text: 'it is empty' };
  if (!isUtf8(bytes)) return { kind: 'invalid', text: 'it is not UTF-8' };
  try {
    return { kind: 'value', value: JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown };
  } catch {
    return { kind: 'invalid', text: 'it is not JSON' };
  }
}

/**
 * Reads a JSON file of at most `maxBytes`; of a larger one no more than that is read.
 *
 * @throws the system's error when the file is there and cannot be read
 */
export async function readJsonFile(path: string, maxBytes: number): Promise<JsonReading> {
  const bytes = await readAtMost(path, maxBytes + 1);
  if (bytes === null) return { kind: 'missing' };
  if (bytes.length > maxBytes) return { kind: 'invalid', text: `it is larger than ${String(maxBytes)} bytes` };
  return parseJsonBytes(bytes);
}

async function readAtMost(path: string, count: number): Promise<Buffer | null> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return null;
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(size, count));
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.subarray(0, length);
  } finally {
    await handle.close();
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
