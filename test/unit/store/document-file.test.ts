import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { countField, InvalidField } from '../../../src/bounded-fields.ts';
import { DocumentFile, type DocumentKind } from '../../../src/store/document-file.ts';
import { MOST_RUNS, RUN_HISTORY, withRun, type RunRecord } from '../../../src/store/run-history.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

interface Counted {
  readonly count: number;
}

/** Its first version called the count `number`. */
const KIND: DocumentKind<Counted> = {
  fileName: 'count.json',
  what: 'The count',
  empty: { count: 0 },
  steps: [({ number: count, ...others }) => ({ ...others, count })],
  parse: (fields) => {
    if ('number' in fields) throw new InvalidField('number is of an older version');
    return { count: countField(fields, 'count') };
  },
};

describe('DocumentFile', () => {
  const folder = tempFolder();
  let warnings: string[];

  beforeEach(() => {
    warnings = [];
  });

  const open = <T extends object>(kind: DocumentKind<T>): Promise<DocumentFile<T>> =>
    DocumentFile.open(kind, { folder: folder(), instanceId: '0'.repeat(32), warn: (text) => void warnings.push(text) });
  const write = (text: string): Promise<void> => writeFile(join(folder(), 'count.json'), text);
  const add = ({ count }: Counted): Counted => ({ count: count + 1 });

  it('keeps what is changed at once, and for the next process', async () => {
    const file = await open(KIND);
    const written = file.update(add);
    assert.deepEqual(file.current, { count: 1 });
    await written;
    assert.deepEqual((await open(KIND)).current, { count: 1 });
    assert.deepEqual(JSON.parse(await readFile(join(folder(), 'count.json'), 'utf8')), { version: 2, count: 1 });
  });

  it('adds to what another process wrote meanwhile', async () => {
    const [one, other] = [await open(KIND), await open(KIND)];
    await one.update(add);
    await other.update(add);
    assert.deepEqual((await open(KIND)).current, { count: 2 });
  });

  it('loses none of many changes at the same time, and leaves no partial file', async () => {
    const file = await open(KIND);
    await Promise.all(Array.from({ length: 50 }, () => file.update(add)));
    assert.deepEqual((await open(KIND)).current, { count: 50 });
    assert.deepEqual(await readdir(folder()), ['count.json']);
  });

  it('brings an older version to the newest', async () => {
    await write('{"version":1,"number":7}');
    assert.deepEqual((await open(KIND)).current, { count: 7 });
    assert.deepEqual(warnings, []);
  });

  for (const [text, why] of [
    ['', /it is empty/],
    ['{"version":2,"cou', /it is not JSON/],
    ['[]', /not a JSON object/],
    ['{"count":1}', /version is not/],
    ['{"version":3,"count":1}', /version is not a version that is known/],
    ['{"version":2,"count":-1}', /count is not a whole number/],
  ] as const) {
    it(`sets ${text === '' ? 'an empty file' : text} aside and begins anew`, async () => {
      await write(text);
      const file = await open(KIND);
      assert.deepEqual(file.current, { count: 0 });
      assert.match(
        warnings.join(),
        /^The count in .*count\.json could not be used .*set aside as count\.json\.corrupt-1/,
      );
      assert.match(warnings.join(), why);
      assert.equal(await readFile(join(folder(), 'count.json.corrupt-1'), 'utf8'), text);
      await file.update(add);
      assert.deepEqual((await open(KIND)).current, { count: 1 });
    });
  }

  it(`keeps the last ${String(MOST_RUNS)} runs, each once`, async () => {
    const runs = Array.from({ length: MOST_RUNS + 5 }, (_, n) => runOf(n));
    const history = [...runs, runOf(MOST_RUNS)].reduce(withRun, RUN_HISTORY.empty);
    const file = await open(RUN_HISTORY);
    await file.update(() => history);
    const { runs: kept } = (await open(RUN_HISTORY)).current;
    assert.equal(kept.length, MOST_RUNS);
    assert.deepEqual(kept[0], runOf(5));
    assert.equal(kept.at(-1)?.job_id, String(MOST_RUNS));
    assert.deepEqual(warnings, []);
  });
});

function runOf(n: number): RunRecord {
  return {
    manager_state: 'create_backup',
    name: 'nightly',
    backup_id: null,
    plan_id: 'plan',
    plan_name: 'Every night',
    node_id: 'node',
    agent_id: null,
    agent_name: null,
    job_id: String(n),
    automatic: true,
    outcome: 'failed',
    failed_reason: 'no_space',
    error: 'No space is left.',
    late: false,
    started: '2026-11-20T03:00:00.000+01:00',
    ended: '2026-11-20T03:00:01.000+01:00',
    duration_ms: 1000,
    size: null,
    files: null,
    failed_files: null,
  };
}
