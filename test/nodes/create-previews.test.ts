import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EstimatedSource } from '../../src/index.ts';
import { heardFlow, smallCreate } from '../helpers/backup-nodes.ts';
import { nodeHost, userDir, type Answer } from '../helpers/node-host.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

describe('the previews of backup-create', function () {
  const host = nodeHost();
  const folder = tempFolder();
  const name = (typed: object): Promise<Answer> => host.ask('/backup/preview/name', typed);
  const sources = (typed: object): Promise<Answer> => host.ask('/backup/preview/sources', { id: 'create', ...typed });
  const counted = ({ body }: Answer): readonly EstimatedSource[] => body['sources'] as EstimatedSource[];

  beforeEach(() => host.load(heardFlow(smallCreate(folder()))));

  function plant(): string {
    const path = join(folder(), 'data');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'a.txt'), 'hello');
    writeFileSync(join(path, 'b.log'), 'worldworld');
    return path;
  }

  for (const [typed, shown, ending] of [
    [{}, 'Automatic backup', 'automatic-backup.tar.zst'],
    [{ backupName: 'Küche {{plan_name}}', name: 'Nachts' }, 'Küche Nachts', 'k-che-nachts.tar.zst'],
    [{ compression: 'gzip', key: 'key' }, 'Automatic backup', 'automatic-backup.tar.gz.age'],
    [{ compression: 'none' }, 'Automatic backup', 'automatic-backup.tar'],
  ] as const) {
    it(`shows the name and the file of ${JSON.stringify(typed)}`, async () => {
      const { status, body } = await name(typed);
      assert.equal(status, 200);
      assert.equal(body['name'], shown);
      assert.match(String(body['file']), /^\d{8}T\d{6}Z-xxxxxxxx\./);
      assert.equal(String(body['file']).replace(/^[^.]+\./, ''), ending);
    });
  }

  for (const [backupName, wrong] of [
    ['{{#date}}', /cannot be read, the default is used/],
    ['{{nothing}}', /^name: it has 0 characters/],
    ['x'.repeat(256), /^name: it has 256 characters/],
  ] as const) {
    it(`says what is wrong with the name ${backupName.slice(0, 20)}`, async () => {
      const { status, body } = await name({ backupName });
      assert.equal(status, 200);
      assert.match(String(body['wrong']), wrong);
    });
  }

  it('counts what would go in, without what is left out', async () => {
    const path = plant();
    const answer = await sources({ nodeRed: false, sources: [{ label: 'data', path, exclude: '*.log' }] });
    assert.equal(answer.status, 200);
    assert.deepEqual(counted(answer), [
      { label: 'data', files: 1, bytes: 5, unreadable: 0, is_complete: true, problem: null },
    ]);
  });

  it('counts the user directory, and takes paths from the environment', async () => {
    process.env['NIGHTKEEP_TEST_DATA'] = plant();
    const answer = await sources({ sources: [{ label: 'data', path: '${NIGHTKEEP_TEST_DATA}', exclude: '' }] });
    delete process.env['NIGHTKEEP_TEST_DATA'];
    const [nodeRed, data] = counted(answer);
    assert.equal(nodeRed?.label, 'node-red');
    assert.ok(nodeRed.files > 0);
    assert.deepEqual([data?.files, data?.bytes], [2, 15]);
  });

  it('counts linked modules when their box is ticked', async () => {
    mkdirSync(join(folder(), 'mine'));
    writeFileSync(join(folder(), 'mine/index.js'), 'hello');
    const linked = join(userDir, 'node_modules/nightkeep-test-mine');
    mkdirSync(join(userDir, 'node_modules'), { recursive: true });
    symlinkSync(join(folder(), 'mine'), linked);
    const files = async (typed: object): Promise<number> => counted(await sources(typed))[0]?.files ?? 0;
    const without = await files({});
    const ticked = await files({ linkedModules: true });
    rmSync(linked);
    assert.equal(ticked - without, 1);
  });

  it('says of each folder what is wrong with it, and of all when no backup could be made', async () => {
    const here = { label: 'data', path: plant(), exclude: '' };
    const answer = await sources({ nodeRed: false, sources: [{ label: 'gone', path: '/gone', exclude: '' }, here] });
    assert.deepEqual(
      counted(answer).map(({ files, problem }) => [files, problem?.code]),
      [
        [0, 'source_not_found'],
        [2, undefined],
      ],
    );
    const twice = await sources({ nodeRed: false, sources: [here, here] });
    assert.match(String(twice.body['wrong']), /two sources have this label/);
    const inBackups = await sources({ nodeRed: false, folder: folder(), sources: [here] });
    assert.match(String(inBackups.body['wrong']), /never backed up/);
    assert.match(String((await sources({ nodeRed: false })).body['wrong']), /there are none/);
  });

  it('counts for a few at once only', async () => {
    const path = plant();
    const ask = (): Promise<Answer> => sources({ nodeRed: false, sources: [{ label: 'data', path, exclude: '' }] });
    const answers = await Promise.all(Array.from({ length: 8 }, ask));
    const refused = answers.filter(({ body }) => body['wrong'] !== undefined);
    assert.ok(refused.length > 0 && refused.length <= 5, `${String(refused.length)} of 8 were refused`);
    for (const { body } of refused) assert.match(String(body['wrong']), /Try again soon/);
    assert.equal(counted(await ask()).length, 1, 'one that is done makes room for the next');
  });
});
