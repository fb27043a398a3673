import assert from 'node:assert/strict';
import { InvalidField } from '../../src/bounded-fields.ts';
import { parseRecord } from '../../src/record.ts';
import { BACKUP_ID, recordOf } from '../helpers/records.ts';

const record = recordOf(Buffer.from('x'));
const ID = BACKUP_ID;

describe('a record from outside', () => {
  it('is taken as it is, without what is not known', () => {
    assert.deepEqual(parseRecord({ ...record, later: 1 }), record);
    const protectedOne = { ...record, protected: true, sources: [{ label: 'data' }], node_red: null };
    assert.deepEqual(parseRecord(protectedOne), protectedOne);
    const expiring = { ...record, expires: '2027-01-01T00:00:00.000Z' };
    assert.deepEqual(parseRecord(expiring), expiring);
  });

  for (const key of Object.keys(record)) {
    it(`is refused without ${key}`, () => {
      const rest = Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
      assert.throws(
        () => parseRecord(rest),
        (error) => error instanceof InvalidField && error.message.includes(key),
      );
    });
  }

  const long = 'x'.repeat(256);
  for (const [key, value] of [
    ['backup_id', '../x'],
    ['backup_id', `${ID}0`],
    ['file', `${ID}.x/y.tar`],
    ['file', `${ID}.json`],
    ['file', '20260101T000000Z-00000000.x.tar'],
    ['name', long],
    ['name', 7],
    ['date', 'yesterday'],
    ['date', '1'],
    ['size', -1],
    ['size', 1.5],
    ['size', '1'],
    ['size', 2 ** 60],
    ['sha256', 'A'.repeat(64)],
    ['sha256', 'a'.repeat(63)],
    ['protected', 1],
    ['compression', 'lzma'],
    ['failed_files', []],
    ['failed_files', { count: 1, list: [{ path: 'x', reason: 'because', message: '' }] }],
    ['failed_files', { count: 1, list: Array.from({ length: 101 }, () => ({})) }],
    ['sources', {}],
    ['sources', [null]],
    ['sources', [{ label: 1 }]],
    ['sources', Array.from({ length: 1001 }, () => ({ label: 'x' }))],
    ['node_red', { version: 5 }],
    ['expires', 'never'],
    ['expires', 5],
    ['pinned', null],
    ['extra', []],
    ['extra', { a: {} }],
    ['extra', { a: null }],
    ['extra', { a: Infinity }],
    ['extra', { a: 'x'.repeat(1025) }],
    ['extra', Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${String(i)}`, i]))],
  ] as const) {
    it(`is refused with ${key}: ${JSON.stringify(value).slice(0, 40)}`, () => {
      assert.throws(() => parseRecord({ ...record, [key]: value }), InvalidField);
    });
  }

  it('may have as much extra as is allowed', () => {
    const extra = Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`k${String(i)}`, 'x'.repeat(1024)]));
    assert.deepEqual(parseRecord({ ...record, extra }).extra, extra);
  });

  it('cannot change what objects are made of', () => {
    const extra: unknown = JSON.parse('{"__proto__":"x","constructor":"y"}');
    const parsed = parseRecord({ ...record, extra });
    assert.equal(Object.getPrototypeOf(parsed.extra), Object.prototype);
    assert.deepEqual(Object.keys(parsed.extra), ['__proto__', 'constructor']);
  });
});
