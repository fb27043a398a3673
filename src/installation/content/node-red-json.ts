/** JSON as Node-RED reads a file of its own: what is no UTF-8 is replaced, and a byte order mark is left away. Null for what is no JSON. */
export function nodeRedJson(bytes: Uint8Array): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(new TextDecoder().decode(bytes)) as unknown };
  } catch {
    return null;
  }
}
