import assert from 'node:assert/strict';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { layerRules } from '../../../scripts/layer-rules.js';

const config = [
  { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } },
  ...layerRules({ syntax: [] }),
] as Linter.Config[];

function complaints(file: string, from: string): readonly string[] {
  const linter = new Linter({ configType: 'flat' });
  const lint = (code: string): readonly Linter.LintMessage[] => linter.verify(code, config, { filename: file });
  const both = [lint(`import '${from}';`), lint(`await import('${from}');`)];
  assert.equal(both[0]?.length, both[1]?.length, `import and import() of ${from} in ${file} are judged alike`);
  return (both[0] ?? []).map(({ message }) => message);
}

const ALLOWED = [
  ['src/archive/read/open.ts', '../../io/byte-source.ts'],
  ['src/archive/read/open.ts', '../format/trailer.ts'],
  ['src/manager/create/creator.ts', '../../agents/local/local.ts'],
  ['src/manager/restore/restorer.ts', '../read/find-stored.ts'],
  ['src/manager/copy/copier.ts', '../../archive/read/open-archive.ts'],
  ['src/manager/copy/copier.ts', './copy-backup.ts'],
  ['src/manager/recovery/recover.ts', '../copy/pending-entry.ts'],
  ['src/manager/manager.ts', './recovery/left-behind.ts'],
  ['src/manager/manager.ts', './engine.ts'],
  ['src/manager/engine.ts', './jobs/job.ts'],
  ['src/index.ts', './manager/open-engine.ts'],
  ['src/cli/list.ts', '../index.ts'],
  ['src/cli/list.ts', './arguments.ts'],
  ['src/io/hash.ts', '../errors.ts'],
  ['nodes/backup-create/backup-create.ts', '../../src/index.ts'],
  ['nodes/backup-create/backup-create.ts', '../backup-key/key-config.ts'],
  ['nodes/editor/dialogs/compare.ts', '../model/compare-flows.ts'],
  ['src/installation/find.ts', '../io/json-file.ts'],
  ['src/archive/write/pack.ts', '../../installation/installation.ts'],
  ['nodes/lib/engine.ts', '../../src/index.ts'],
  ['nodes/lib/engine.ts', './status.ts'],
] as const;

const REFUSED = [
  ['src/archive/read/open.ts', '../../agents/agent.ts', /stands beside/],
  ['src/store/state.ts', '../archive/tasks.ts', /stands beside/],
  ['src/agents/local/local.ts', '../../manager/engine.ts', /never the other way round/],
  ['src/agents/local/local.ts', '../../index.ts', /the door/],
  ['src/io/hash.ts', '../store/state.ts', /ground layer/],
  ['src/installation/find.ts', '../apply/environment.ts', /ground layer/],
  ['src/model.ts', './archive/tasks.ts', /ground layer/],
  ['src/manager/manager.ts', '../cli/main.ts', /command line stands above/],
  ['src/manager/create/creator.ts', '../copy/copier.ts', /Verbs do not import each other/],
  ['src/manager/read/find-stored.ts', '../restore/restorer.ts', /Verbs do not import each other/],
  ['src/manager/jobs/jobs.ts', '../create/creator.ts', /verbs of the engine stand on this/],
  ['src/manager/locations/locations.ts', '../read/read-backups.ts', /verbs of the engine stand on this/],
  ['src/manager/engine-parts.ts', './create/create-backup.ts', /verbs of the engine stand on this/],
  ['src/manager/engine-parts.ts', './engine.ts', /know the whole engine/],
  ['src/manager/create/between-hooks.ts', '../recovery/recover.ts', /know the whole engine/],
  ['src/manager/recovery/recover.ts', '../engine.ts', /know the whole engine/],
  ['src/cli/list.ts', '../manager/engine.ts', /src\/index\.ts alone/],
  ['src/cli/list.ts', '../model.ts', /src\/index\.ts alone/],
  ['nodes/backup-create/backup-create.ts', '../../src/model.ts', /src\/index\.ts alone/],
  ['nodes/lib/engine.ts', '../../src/manager/open-engine.ts', /src\/index\.ts alone/],
  ['nodes/lib/engine.ts', '../backup-create/plan-config.ts', /knows none of them/],
  ['nodes/editor/api.ts', '../backup-create/plan-config.ts', /runs in the browser/],
  ['nodes/editor/api.ts', '../lib/runtime.ts', /runs in the browser/],
  ['src/manager/manager.ts', 'node-red', /never imports Node-RED/],
  ['src/manager/manager.ts', '@node-red/util', /never imports Node-RED/],
  ['src/manager/manager.ts', '../../nodes/lib/engine.ts', /knows nothing of nodes/],
  ['src/manager/manager.ts', 'node:timers/promises', /clock\.ts/],
] as const;

describe('the layer rules', () => {
  for (const [file, from] of ALLOWED) {
    it(`let ${file} import ${from}`, () => assert.deepEqual(complaints(file, from), []));
  }
  for (const [file, from, reason] of REFUSED) {
    it(`refuse ${from} in ${file} and say why`, () => {
      const messages = complaints(file, from);
      assert.equal(messages.length, 1, messages.join('\n'));
      assert.match(messages.join(), reason);
    });
  }
});
