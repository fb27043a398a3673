import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile } from '../../../src/io/json-file.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

describe('a JSON file', () => {
  const temp = tempFolder();
  const path = (): string => join(temp(), 'file.json');

  for (const [content, expected] of [
    ['{"a":[1]}', { kind: 'value', value: { a: [1] } }],
    ['', { kind: 'invalid', text: 'it is empty' }],
    ['{"a":', { kind: 'invalid', text: 'it is not JSON' }],
    [Buffer.from([0x22, 0xff, 0x22]), { kind: 'invalid', text: 'it is not UTF-8' }],
    [`"${'x'.repeat(18)}"`, { kind: 'value', value: 'x'.repeat(18) }],
    [`"${'x'.repeat(19)}"`, { kind: 'invalid', text: 'it is larger than 20 bytes' }],
  ] as const) {
    it(`of ${JSON.stringify(content.toString('latin1'))} is ${expected.kind}`, async () => {
      await writeFile(path(), content);
      assert.deepEqual(await readJsonFile(path(), 20), expected);
    });
  }

  it('that is not there is missing, and one that cannot be read is an error', async () => {
    assert.deepEqual(await readJsonFile(path(), 20), { kind: 'missing' });
    await mkdir(path());
    await assert.rejects(readJsonFile(path(), 20), { code: 'EISDIR' });
  });
});
