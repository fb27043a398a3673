/** Files of Node-RED's context, where it is kept on disk. One that cannot be read keeps Node-RED from starting at all. */

/** Of the usual store: a folder for each scope, and files in it. */
export function isContextFile(name: string): boolean {
  return /^node-red\/context\/[^./][^/]*\/[^/]*\.json$/.test(name);
}

/** Whether Node-RED can read it. A byte order mark is too much for it here. */
export function opensAsContext(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return true;
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return value !== null;
  } catch {
    return false;
  }
}
