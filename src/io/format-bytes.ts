const UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** For people: `0 bytes`, `12.3 MB`. Powers of 1,000, as disks are sold. */
export function formatBytes(count: number): string {
  let value = count;
  let unit = 'bytes';
  for (const next of UNITS) {
    if (value < 1000) break;
    value /= 1000;
    unit = next;
  }
  return `${unit === 'bytes' ? String(value) : value.toFixed(1)} ${unit}`;
}
