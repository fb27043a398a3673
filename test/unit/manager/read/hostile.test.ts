import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEngine, type Engine } from '../../../../src/index.ts';
import { buildTar, file, folderEntry, symlink, type Entry } from '../../../helpers/built-archive.ts';
import { assertRestored, stored, Surroundings } from '../../../helpers/hostile.ts';
import { BACKUP_ID, recordOf } from '../../../helpers/records.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const CASES: Readonly<Record<string, { entries: readonly Entry[]; twin: readonly Entry[]; message: RegExp }>> = {
  'a name that climbs out': { entries: [file('../outside/evil')], twin: [file('..outside')], message: /climbs out/ },
  'a link below a link': {
    entries: [symlink('out', '../outside'), symlink('out/evil', 'x')],
    twin: [symlink('out', '../outside'), symlink('evil', 'x')],
    message: /is in the backup twice, or lies below something that is no folder/,
  },
  'a member that its manifest does not tell of': {
    entries: [folderEntry('d'), { ...file('d/a'), unlisted: true }],
    twin: [folderEntry('d'), file('d/a')],
    message: /end of the manifest does not fit/,
  },
};

describe('a hostile backup with a sidecar that agrees with it', function () {
  const folder = tempFolder();
  let engine: Engine;
  let place: string;

  beforeEach(async () => {
    place = join(folder(), 'backups');
    for (const name of ['backups', 'around']) mkdirSync(join(folder(), name));
    const stateDir = join(folder(), 'state');
    const options = { instanceName: 'x', nodeRedVersion: null, warn: () => undefined, localFolder: place };
    engine = await openEngine({ ...options, stateDir });
  });
  afterEach(() => engine.close());

  async function restore(entries: readonly Entry[], target: string): Promise<unknown> {
    const built = buildTar(entries);
    const { bytes } = await stored(built, { compression: 'zstd', keys: null });
    const record = recordOf(bytes, { files: built.files, bytes: built.bytes });
    writeFileSync(join(place, record.file), bytes);
    writeFileSync(join(place, `${BACKUP_ID}.json`), JSON.stringify(record));
    const request = { backupId: BACKUP_ID, agentId: 'local', target, nodeId: null };
    return engine.restore({ ...request, paths: null, overwrite: false, keepSetuid: false }).result;
  }

  for (const [title, { entries, twin, message }] of Object.entries(CASES)) {
    it(`is refused whole for ${title}, and its harmless twin is restored`, async () => {
      const around = new Surroundings(join(folder(), 'around'));
      await assert.rejects(restore(entries, around.target), { code: 'archive_corrupt', message });
      around.assertUntouched();
      await restore(twin, around.target);
      assertRestored(around.target, twin);
      around.assertOutsideUntouched();
    });
  }
});
