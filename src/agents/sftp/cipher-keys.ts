import { createSecretKey, KeyObject } from 'node:crypto';

/** The part of ssh2 that is not its published interface, as far as it is there. */
interface Inner {
  readonly client?: {
    readonly _protocol?: { readonly _cipher?: Record<string, unknown>; readonly _decipher?: Record<string, unknown> };
  };
}

/**
 * Gives the ciphers of a connection their keys as key objects. ssh2 sets up a cipher for each packet of 32 KiB, with the key as bytes;
 * Node.js 24 takes 30 µs for that and 4 µs with a key object, which is a quarter of a transfer's time. Where ssh2 is not as it is
 * expected to be, and after the keys were changed in the middle of a connection, it is as slow as without.
 */
export function useKeyObjects(connection: object): void {
  const { client } = connection as Inner;
  replaceKey(client?._protocol?._cipher, '_encKey');
  replaceKey(client?._protocol?._decipher, '_decKey');
}

function replaceKey(cipher: Record<string, unknown> | undefined, name: string): void {
  const key = cipher?.[name];
  // Only those of AES-GCM are handed to the cipher as they are; others take them apart.
  const isGcm = cipher !== undefined && /gcm/i.test(String(cipher[name.replace('Key', 'SSLName')]));
  if (isGcm && key instanceof Uint8Array && !(key instanceof KeyObject)) cipher[name] = createSecretKey(key);
}
