import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inEditors, openTab } from '../helpers/editor-suite.ts';
import { createNode, tab } from '../helpers/node-red.ts';

inEditors('backup-create', [tab, createNode({ wires: [[], []] })], ({ editor, userDir, shoot, isInFull }) => {
  const sidecars = (): string[] => {
    const folder = join(userDir(), 'backups');
    return existsSync(folder) ? readdirSync(folder).filter((name) => /^\d{8}T.*\.json$/.test(name)) : [];
  };
  const addSource = async (label: string, path: string): Promise<void> => {
    await editor().page.click('.red-ui-editableList-addButton:visible');
    const item = editor().page.locator('#node-input-sources-list > li').last();
    await item.locator('.backup-create-source-label').fill(label);
    await item.locator('.backup-create-source-path').fill(path);
  };
  /** The texts that stand below the sources, empty where nothing is wrong. */
  const problems = (): Promise<string[]> =>
    editor().page.locator('#node-input-sources-list .backup-create-problem').allTextContents();

  it('says below each folder what is wrong with it, and on the node', async () => {
    await editor().edit('create');
    await addSource('data', '/home/pi/data');
    await addSource('data', '/srv');
    await addSource('', '/srv');
    await addSource('a/b', '/srv');
    await addSource('node-red', '/srv');
    await addSource('here', 'data');
    await addSource('env', '${DATA}');
    await shoot('create-problems');
    const texts = await problems();
    assert.equal(texts[0], '');
    assert.match(String(texts[1]), /another folder has this label/i);
    assert.match(String(texts[2]), /give it a label/i);
    assert.match(String(texts[3]), /no slash/i);
    assert.match(String(texts[4]), /taken by the package/i);
    assert.match(String(texts[5]), /absolute path/i);
    assert.equal(texts[6], '');
    await editor().done();
    assert.match((await editor().complaints('create')).join(), /another folder has this label/i);
  });

  it('makes a backup when the button of the node is pressed, and shows it', async () => {
    await editor().page.click('[id="create"] .red-ui-flow-node-button');
    await editor().page.getByText('Backup started').waitFor();
    const label = editor().page.locator('[id="create"] .red-ui-flow-node-status-label');
    await label.filter({ hasText: /\d\d:\d\d · \d/ }).waitFor();
    await shoot('finished');
    assert.equal(sidecars().length, 1);
  });

  it('shows the next five runs of a schedule, and where a cron line is wrong', async () => {
    const shown = editor().page.locator('#backup-create-preview');
    await editor().edit('create');
    await openTab(editor(), 'backup-create', 'when');
    await editor().page.selectOption('#node-input-schedule', 'daily');
    await editor().page.fill('#node-input-scheduleTime', '03:05');
    await editor().page.fill('#node-input-scheduleZone', 'Europe/Berlin');
    await shown.filter({ hasText: /^Next: (\w{3} \d{4}-\d\d-\d\d 03:05( · )?){5} \(Europe\/Berlin\)$/ }).waitFor();
    await shoot('create-schedule');
    await editor().page.selectOption('#node-input-schedule', 'cron');
    await editor().page.fill('#node-input-scheduleCron', '0 25 * * *');
    await shown.filter({ hasText: /Part 2 of the cron line, the hour, is "25"/ }).waitFor();
    await shoot('create-schedule-wrong');
    await editor().page.selectOption('#node-input-schedule', 'daily');
    for (const day of ['tue', 'thu']) await editor().page.uncheck(`#backup-create-day-${day}`);
    await editor().done();
    assert.deepEqual(await editor().page.evaluate(`RED.nodes.node('create').scheduleDays`), [
      'mon',
      'wed',
      'fri',
      'sat',
      'sun',
    ]);
    assert.deepEqual(await editor().complaints('create'), []);
  });

  if (!isInFull) return;

  it('stores folders, and takes them out again', async () => {
    await editor().edit('create');
    await addSource('photos', '/home/pi/photos');
    await editor().page.locator('.backup-create-source-exclude').last().fill('*.tmp\ncache/');
    await addSource('', '');
    await editor().done();
    assert.deepEqual(await editor().page.evaluate(`RED.nodes.node('create').sources`), [
      { label: 'photos', path: '/home/pi/photos', exclude: '*.tmp\ncache/' },
    ]);
    assert.deepEqual(await editor().complaints('create'), []);
    await editor().edit('create');
    assert.equal(await editor().page.locator('.backup-create-source-path').inputValue(), '/home/pi/photos');
    await editor().page.click('#node-input-sources-list .red-ui-editableList-item-remove');
    await editor().page.locator('.backup-create-source-path').waitFor({ state: 'detached' });
    await editor().done();
    assert.deepEqual(await editor().page.evaluate(`RED.nodes.node('create').sources`), []);
  });

  it('shows what would go in, and what the file would be called', async () => {
    const data = join(userDir(), '..', `${basename(userDir())}-data`);
    mkdirSync(data);
    for (const name of ['a.txt', 'b.txt', 'c.log']) writeFileSync(join(data, name), 'x'.repeat(1000));
    const count = editor().page.locator('#backup-create-count');
    try {
      await editor().edit('create');
      await count.filter({ hasText: /node-red: \d+ files, \d/ }).waitFor();
      await addSource('data', data);
      await count.filter({ hasText: /data: 3 files, 3 kB/ }).waitFor();
      await editor().page.locator('.backup-create-source-exclude').last().fill('*.log');
      await count.filter({ hasText: /data: 2 files, 2 kB/ }).waitFor();
      await addSource('gone', '/gone');
      await count.filter({ hasText: /gone: The source "gone" \(\/gone\) is not there/ }).waitFor();
      await shoot('create-count');
      await openTab(editor(), 'backup-create', 'where');
      const file = editor().page.locator('#backup-create-file');
      await file.filter({ hasText: /^File: \d{8}T\d{6}Z-x{8}\.automatic-backup-[\d-]+\.tar\.zst$/ }).waitFor();
      await editor().page.fill('#node-input-backupName', 'My {{plan_name}}');
      await editor().page.selectOption('#node-input-compression', 'gzip');
      await file.filter({ hasText: /\.my-nightly\.tar\.gz$/ }).waitFor();
      await editor().page.fill('#node-input-backupName', '{{#open}}');
      await file.filter({ hasText: /cannot be read, the default is used/ }).waitFor();
      await shoot('create-name-wrong');
      await editor().cancel();
    } finally {
      rmSync(data, { recursive: true });
    }
  });

  it('takes linked modules along only when that is ticked, also in a node of an earlier version', async () => {
    const box = '#node-input-linkedModules';
    await editor().edit('create');
    assert.equal(await editor().page.isChecked(box), false);
    assert.match((await editor().page.textContent(`label[for="${box.slice(1)}"]`)) ?? '', /linked modules/);
    await editor().page.check(box);
    await editor().done();
    assert.equal(await editor().page.evaluate(`RED.nodes.node('create').linkedModules`), true);
    await editor().edit('create');
    assert.equal(await editor().page.isChecked(box), true);
    await editor().cancel();
  });

  it('refuses a time limit that is none, names with a slash, and nothing to back up', async () => {
    await editor().edit('create');
    await editor().page.uncheck('#node-input-nodeRed');
    assert.equal(await editor().page.locator('#node-input-includeNodeModules').isVisible(), false);
    await openTab(editor(), 'backup-create', 'how');
    await editor().page.fill('#node-input-timeLimit', 'soon');
    await editor().page.fill('#node-input-excludeIfPresent', '.nobackup\na/b');
    await editor().done();
    const complaints = (await editor().complaints('create')).join();
    assert.match(complaints, /number of minutes above 0/);
    assert.match(complaints, /bare file names/);
    assert.match(complaints, /nothing is chosen/i);
  });

  it('does not run a node that is not deployed', async () => {
    const before = sidecars();
    await editor().edit('create');
    await editor().page.fill('#node-input-name', 'renamed');
    await editor().done();
    // A finger may be faster than the button is drawn anew.
    await editor().page.locator('[id="create"] .red-ui-flow-node-button-button').dispatchEvent('click');
    await editor().page.getByText('node has undeployed changes').waitFor();
    await editor().deploy();
    assert.deepEqual(sidecars(), before);
  });
});
