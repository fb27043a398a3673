import { readFileSync } from 'node:fs';
import { isObject } from './json-file.ts';

/** The object in a small JSON file that Node-RED keeps. Empty when it is not there, or was cut off: Node-RED takes it for empty too. */
export function readObject(path: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
