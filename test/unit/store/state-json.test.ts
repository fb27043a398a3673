import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidField } from '../../../src/bounded-fields.ts';
import { readStateJson } from '../../../src/store/state-json.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

describe('a small file of the state', () => {
  const folder = tempFolder();
  const path = (): string => join(folder(), 'note.json');
  let warnings: string[];

  beforeEach(() => {
    warnings = [];
  });

  function read(): Promise<string | null> {
    const parse = (value: unknown): string => {
      if (typeof value !== 'string') throw new InvalidField('it is no text');
      if (value === 'bug') throw new TypeError('a bug');
      return value;
    };
    const warn = (message: string): void => void warnings.push(message);
    return readStateJson(path(), { maxBytes: 20, parse, what: 'The note', warn });
  }

  it('is what it was understood as', async () => {
    writeFileSync(path(), '"good"');
    assert.equal(await read(), 'good');
    assert.deepEqual(readdirSync(folder()), ['note.json']);
  });

  it('is null when it is not there, without a word', async () => {
    assert.equal(await read(), null);
    assert.deepEqual(warnings, []);
  });

  for (const [content, why] of [
    ['', 'it is empty'],
    ['{', 'it is not JSON'],
    ['"\xff"', 'it is not UTF-8'],
    ['17', 'it is no text'],
    [`"${'x'.repeat(20)}"`, 'it is larger than 20 bytes'],
  ] as const) {
    it(`is set aside with a warning when ${why}`, async () => {
      writeFileSync(path(), content, 'latin1');
      assert.equal(await read(), null);
      assert.deepEqual(warnings, [`The note could not be used (${why}). It was set aside as note.json.corrupt-1.`]);
      assert.deepEqual(readdirSync(folder()), ['note.json.corrupt-1']);
      writeFileSync(path(), content, 'latin1');
      assert.equal(await read(), null);
      assert.deepEqual(readdirSync(folder()), ['note.json.corrupt-1', 'note.json.corrupt-2']);
    });
  }

  it('stays where it is when it is not its fault', async () => {
    writeFileSync(path(), '"bug"');
    await assert.rejects(read(), TypeError);
    assert.deepEqual(readdirSync(folder()), ['note.json']);
  });

  it('that cannot be read is an error that names it', async () => {
    mkdirSync(path());
    await assert.rejects(read(), { name: 'BackupError', message: /^Cannot read .*note\.json/ });
  });
});
