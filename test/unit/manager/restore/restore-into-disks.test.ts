import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { confirmStart, rejectStart } from '../../../../src/apply/at-start.ts';
import { NEW_SECRET, stageRestore, startAgain, stateOf } from '../../../helpers/restore-bench.ts';
import { withSmallDisk } from '../../../helpers/small-disk.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';
import { contentsOf, flowsOf, makeUserDir, put } from '../../../helpers/user-dir.ts';

const MIB = 1024 * 1024;

describe('a restore into a Node-RED whose disks are small', function () {
  const root = tempFolder();
  const userDir = (): string => join(root(), 'data');
  const kept = (): string[] => readdirSync(join(userDir(), '.nightkeep', 'restore'));
  const large = (mark: string): string =>
    JSON.stringify([...flowsOf(mark), { id: 'c', type: 'comment', info: 'x'.repeat(2 * MIB) }]);

  it('is refused when there is no room for it, and leaves nothing', async () => {
    await withSmallDisk(userDir(), async () => {
      makeUserDir(userDir(), { mark: 'new', secret: NEW_SECRET });
      put(userDir(), { 'certs/new.pem': 'new', 'context/flow/b.json': '{"b":1}', '.flows.json.backup': '[]' });
      const before = stateOf(userDir());
      const more = (old: string): void => {
        writeFileSync(join(old, 'noise'), randomBytes(6 * MIB));
      };
      await assert.rejects(stageRestore(root(), {}, more), { code: 'no_space' });
      assert.deepEqual(stateOf(userDir()), before);
      assert.deepEqual(kept(), []);
    });
  });

  it('brings flows that lie on another disk, takes them back, and leaves no safety copy but the last', async () => {
    await withSmallDisk(join(root(), 'flows'), async (disk) => {
      const flows = (): string => readFileSync(join(disk, 'flows.json'), 'utf8');
      const safety = (): string[] => readdirSync(disk).filter((name) => name.startsWith('.nightkeep-safety~'));
      put(disk, { 'flows.json': JSON.stringify(flowsOf('new')) });
      const elsewhere = { flowFile: join(disk, 'flows.json') };
      const restore = async (): Promise<string | undefined> => {
        await stageRestore(root());
        return (await startAgain(userDir(), elsewhere))?.journal.phase;
      };
      assert.equal(await restore(), 'applied');
      assert.equal(flows(), JSON.stringify(flowsOf('old')));
      await rejectStart(userDir());
      assert.equal((await startAgain(userDir(), elsewhere))?.journal.phase, 'rolled_back');
      assert.equal(flows(), JSON.stringify(flowsOf('new')));
      const [first] = safety();

      assert.equal(await restore(), 'applied');
      assert.equal((await confirmStart(userDir()))?.journal.phase, 'confirmed');
      assert.equal(flows(), JSON.stringify(flowsOf('old')));
      assert.equal(safety().length, 1);
      assert.notEqual(safety()[0], first);
    });
  });

  it('is rolled back as a whole when the disk of the flows is full', async () => {
    await withSmallDisk(join(root(), 'flows'), async (disk) => {
      put(disk, { 'flows.json': JSON.stringify(flowsOf('new')), 'flows_cred.json': '{}' });
      writeFileSync(join(disk, 'filler'), Buffer.alloc(3 * MIB));
      await stageRestore(root(), {}, (old) => {
        put(old, { 'flows.json': large('old') });
      });
      const before = [stateOf(userDir()), contentsOf(disk)];
      const done = await startAgain(userDir(), { flowFile: join(disk, 'flows.json') });
      assert.equal(done?.journal.phase, 'rolled_back');
      assert.match(done.journal.failure?.message ?? '', /ENOSPC|no space/i);
      assert.deepEqual([stateOf(userDir()), contentsOf(disk)], before);
      assert.deepEqual(readdirSync(disk).sort(), ['filler', 'flows.json', 'flows_cred.json']);
    });
  });
});
