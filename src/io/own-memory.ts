/**
 * Memory that may be handed to another thread, or freed, by whoever reads it: without that, large streams leave garbage behind.
 *
 * The rule: it has one owner. Who hands it on owns it no longer; who owns it frees it when all that it was shown to has confirmed that
 * it is done (a write that was answered, a call that has returned), never when it was merely shown.
 */
const given = new WeakSet();

/**
 * Says of a stream that the memory of each chunk belongs to whoever reads it, or of a chunk's buffer that it does.
 *
 * @param thing - nobody else may use that memory any more
 */
export function giveAway<T extends object>(thing: T): T {
  given.add(thing);
  return thing;
}

export function isGivenAway(thing: object): boolean {
  return given.has(thing);
}

/**
 * Frees a buffer now. Left to the collector, megabytes that hang on a few small objects wait long, in each thread for itself.
 *
 * @param buffer - must not be used any more
 */
export function freeBuffer(buffer: ArrayBuffer): void {
  buffer.transfer(0);
}

/** Frees a chunk that was given away. One that is a part of a larger buffer is left to the collector. */
export function freeGiven(chunk: Uint8Array): void {
  const { buffer } = chunk;
  const isWhole = buffer instanceof ArrayBuffer && chunk.length === buffer.byteLength;
  if (isWhole && isGivenAway(buffer)) freeBuffer(buffer);
}

/** Frees what a cipher gave, each step of which gives a buffer of its own; one that lies in a shared pool is left alone. */
export function freeWhole({ buffer, length }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length) freeBuffer(buffer);
}
