import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyAtStart } from '../../../../src/apply/at-start.ts';
import type { SettingsPort } from '../../../../src/apply/step.ts';
import type { Kept } from '../../../../src/apply/restore-folders.ts';
import { fileSettings } from '../../../../src/apply/file-settings.ts';
import type { NodeRedEnvironment } from '../../../../src/apply/environment.ts';
import { openCredentials } from '../../../../src/node-red-credentials.ts';
import { stageRestore, startAgain, stateOf } from '../../../helpers/restore-bench.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';
import { contentsOf, flowsOf, put } from '../../../helpers/user-dir.ts';

describe('a restore into a Node-RED that runs', function () {
  const root = tempFolder();
  const userDir = (): string => join(root(), 'data');
  const place = (name: string): string => join(userDir(), name);

  const nextStart = (changes: Partial<NodeRedEnvironment> = {}, settings?: SettingsPort): Promise<Kept | null> =>
    startAgain(userDir(), changes, settings);

  it('changes nothing before the next start, and nothing in the process that staged it', async () => {
    await stageRestore(root());
    const before = contentsOf(userDir());
    assert.equal(await applyAtStart(userDir(), () => assert.fail()), null);
    assert.deepEqual(contentsOf(userDir()), before);
  });

  it('brings everything but settings.js, with credentials for the secret in force', async () => {
    await stageRestore(root());
    const kept = await nextStart();
    assert.equal(kept?.journal.phase, 'applied');
    const files = stateOf(userDir());
    assert.equal(files['flows.json'], JSON.stringify(flowsOf('old')));
    assert.deepEqual(files['flows_cred.json'], { node: { password: 'old' } });
    assert.equal(files['context/flow/b.json'], undefined);
    assert.equal(files['certs/deep/old.pem'], 'old');
    assert.equal(files['certs/new.pem'], 'new');
    assert.match(String(files['settings.js']), /new/);
    assert.match(String(files['settings.restored.js']), /old/);
    assert.match(String(files['settings.differences.txt']), /old[^]*new/);
    assert.deepEqual(JSON.parse(String(files['.config.users.json'])), { _: { editor: { mark: 'old' } } });
    assert.equal((JSON.parse(String(files['.config.runtime.json'])) as { instanceId: string }).instanceId, 'new');
    assert.match(kept.journal.notes.join(), /settings\.restored\.js/);
  });

  it('leaves a file that is the same as it is, and follows the links that Node-RED follows', async () => {
    await stageRestore(root());
    put(root(), { 'elsewhere/flows.json': '[]' });
    rmSync(place('flows.json'));
    symlinkSync(join(root(), 'elsewhere', 'flows.json'), place('flows.json'));
    const kept = await nextStart();
    const targets = kept?.journal.steps.map((step) => (step.kind === 'setting' ? step.key : step.target)) ?? [];
    assert.ok(!targets.includes(place('data/same.txt')));
    assert.equal(readFileSync(join(root(), 'elsewhere', 'flows.json'), 'utf8'), JSON.stringify(flowsOf('old')));
    assert.equal(contentsOf(userDir())['flows.json'], `-> ${join(root(), 'elsewhere', 'flows.json')}`);
  });

  it('takes two starts with its settings.js, and brings the rest with the secret of then', async () => {
    await stageRestore(root(), { useSettings: true });
    const half = await nextStart();
    assert.equal(half?.journal.phase, 'half');
    assert.match(readFileSync(place('settings.js'), 'utf8'), /old/);
    assert.equal(readFileSync(place('flows.json'), 'utf8'), JSON.stringify(flowsOf('new')));
    const whole = await nextStart({ secret: 'of its settings.js' });
    assert.equal(whole?.journal.phase, 'applied');
    const credentials = readFileSync(place('flows_cred.json'), 'utf8');
    assert.deepEqual(openCredentials(credentials, 'of its settings.js'), { node: { password: 'old' } });
    assert.ok(!existsSync(place('settings.restored.js')));
  });

  it('is rolled back as a whole when a step cannot be done', async () => {
    await stageRestore(root());
    const before = stateOf(userDir());
    const settings = fileSettings(userDir());
    let fails = true;
    const kept = await nextStart(
      {},
      {
        ...settings,
        write: (...given) => {
          if (!fails) return settings.write(...given);
          fails = false;
          return Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
        },
      },
    );
    assert.equal(kept?.journal.phase, 'rolled_back');
    assert.equal(kept.journal.failure?.code, 'restore_rolled_back');
    assert.match(kept.journal.failure.message, /no space left/);
    assert.deepEqual(stateOf(userDir()), before);
  });

  it('is rolled back when what was staged turns out not to be readable', async () => {
    for (const [file, text] of [
      ['node-red/flows.json', '[{"id": "cut off'],
      ['node-red/flows_cred.json', '{"$":"00000000000000000000000000000000AAAA"}'],
    ] as const) {
      await stageRestore(root());
      const before = stateOf(userDir());
      const kept = join(userDir(), '.nightkeep', 'restore');
      for (const name of readdirSync(kept)) writeFileSync(join(kept, name, 'staged', file), text);
      const done = await nextStart();
      assert.equal(done?.journal.phase, 'rolled_back', file);
      assert.deepEqual(stateOf(userDir()), before, file);
      rmSync(userDir(), { recursive: true });
    }
  });

  it('is refused while another one waits', async () => {
    await stageRestore(root());
    await assert.rejects(stageRestore(root()), { code: 'busy' });
  });

  it('is refused with a settings.js that cannot be loaded, and with flows that cannot be parsed', async () => {
    for (const [file, text] of [
      ['settings.js', 'module.exports = require("not-installed-here");'],
      ['flows.json', '[{"id": "cut off'],
    ] as const) {
      const broken = stageRestore(root(), { useSettings: true }, (old) => put(old, { [file]: text }));
      await assert.rejects(broken, { code: 'restore_failed' }, file);
      assert.deepEqual(readdirSync(join(userDir(), '.nightkeep', 'restore')), []);
    }
  });

  it('names the modules that are not installed, and installs them before anything else when asked', async () => {
    const module = join(root(), 'module');
    put(module, { 'package.json': JSON.stringify({ name: 'of-the-backup', version: '1.0.0' }) });
    const dependencies = { 'of-the-backup': `file:${module}`, '--global': '1' };
    const prepare = (old: string): void => put(old, { 'package.json': JSON.stringify({ dependencies }) });
    const { missing_modules: missing } = await stageRestore(root(), {}, prepare);
    assert.deepEqual(missing, [`of-the-backup@file:${module}`]);
    rmSync(userDir(), { recursive: true });
    const report = await stageRestore(root(), { installModules: true }, prepare);
    assert.deepEqual(report.missing_modules, []);
    assert.ok(existsSync(place('node_modules/of-the-backup/package.json')));
    assert.equal(readFileSync(place('flows.json'), 'utf8'), JSON.stringify(flowsOf('new')));
  });
});
