import assert from 'node:assert/strict';
import { formatBytes } from '../../../src/io/format-bytes.ts';

describe('bytes for people', () => {
  for (const [count, text] of [
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [12_345_678, '12.3 MB'],
    [5e15, '5.0 PB'],
    [5e18, '5000.0 PB'],
  ] as const) {
    it(`${String(count)} are ${text}`, () => {
      assert.equal(formatBytes(count), text);
    });
  }
});
