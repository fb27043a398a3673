import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareRestored } from '../../../../src/archive/read/restore-drill.ts';
import { BACKUP_ID, create, folderSource, quietContext, restore } from '../../../helpers/archives.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

describe('what was restored for a try', () => {
  const folder = tempFolder();
  const at = (name: string): string => join(folder(), 'restored/data', name);

  beforeEach(async () => {
    const root = join(folder(), 'root');
    mkdirSync(join(root, 'sub'), { recursive: true });
    for (const name of ['a', 'b', 'sub/c']) writeFileSync(join(root, name), name.repeat(100));
    symlinkSync('a', join(root, 'link'));
    await create(join(folder(), 'archive'), { sources: [folderSource(root)] });
    await restore(join(folder(), 'archive'), join(folder(), 'restored'));
  });

  const compare = async (): Promise<string[]> => {
    const archive = { path: join(folder(), 'archive'), compression: 'zstd', keys: null } as const;
    const task = { kind: 'drill', ...archive, backupId: BACKUP_ID, target: join(folder(), 'restored') } as const;
    const problems = await compareRestored(task, quietContext());
    assert.ok(
      problems.every(({ code, member, message }) => code === 'restore_failed' && message.includes(member ?? '-')),
    );
    return problems.map(({ message }) => message);
  };

  it('is the same as in the archive', async () => {
    assert.deepEqual(await compare(), []);
  });

  it('is compared by content, size, kind and place', async () => {
    writeFileSync(at('a'), 'x'.repeat(100));
    truncateSync(at('b'), 99);
    rmSync(at('sub'), { recursive: true });
    rmSync(at('link'));
    symlinkSync('b', at('link'));
    const found = await compare();
    assert.equal(found.length, 5, found.join('\n'));
    for (const [n, text] of [
      /data\/a: .*content/,
      /data\/b: .*99 bytes/,
      /link: .*elsewhere/,
      /sub: .*not there/,
    ].entries()) {
      assert.match(found[n] ?? '', text);
    }
    rmSync(at('a'));
    mkdirSync(at('a'));
    assert.match((await compare())[0] ?? '', /data\/a: .*not what it was/);
  });
});
