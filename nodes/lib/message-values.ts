/** Values of messages and settings, which come from anybody. */

export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Empty for what is no text. */
export function asText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** NaN for what is no number; a text that reads as one is one. */
export function asNumber(value: unknown): number {
  return typeof value === 'string' || typeof value === 'number' ? Number(value) : NaN;
}
