/** Memory that may be handed to another thread, or freed, by whoever reads it: without that, large streams leave garbage behind. */
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

/** Frees what a cipher gave, each step of which gives a buffer of its own; one that lies in a shared pool is left alone. */
export function freeWhole({ buffer, length }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length) freeBuffer(buffer);
}
