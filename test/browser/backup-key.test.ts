import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { OTHER_IDENTITY, OTHER_RECIPIENT, RECIPIENT } from '../helpers/age.ts';
import { backupKey } from '../helpers/dialog-nodes.ts';
import type { Editor } from '../helpers/editor.ts';
import { checkDialog, inEditors, openTab } from '../helpers/editor-suite.ts';
import { isWholeRun } from '../helpers/figures.ts';
import { createNode, tab, type FlowNode } from '../helpers/node-red.ts';

const FLOWS: readonly FlowNode[] = [tab, createNode({ key: 'key', nodeRed: true }), backupKey];

inEditors('backup-key', FLOWS, (suite) => {
  const { isInFull } = suite;
  const editor = (): Editor => suite.editor();
  const userDir = (): string => suite.userDir();
  const shoot = (what: string): Promise<void> => suite.shoot(what);
  const page = (): Page => editor().page;
  const field = (name: string): string => `#node-config-input-${name}`;

  async function openKey(): Promise<void> {
    await editor().edit('create');
    await openTab(editor(), 'backup-create', 'where');
    await shoot('key-of-create');
    await page().click('#node-input-btn-key-edit');
    await page().locator('#node-config-dialog-ok').waitFor();
    await editor().settle();
  }

  async function keepKey(): Promise<void> {
    await page().click('#node-config-dialog-ok');
    await page().locator('#backup-key-form').waitFor({ state: 'detached' });
    await editor().settle();
  }

  it('makes a key with one click, shows its recovery kit, and encrypts after a deploy', async () => {
    await openKey();
    await checkDialog(editor(), 'key');
    await shoot('key-none');
    await page().click('#backup-key-create');
    await page().locator('#backup-key-public').filter({ hasText: /^age1/ }).waitFor();
    const recipient = await page().locator('#backup-key-public').innerText();
    await shoot('key-made');
    const [kit] = await Promise.all([page().context().waitForEvent('page'), page().click('#backup-key-kit')]);
    await kit.locator('#kit-qr svg').waitFor();
    const identity = await kit.locator('#kit-identity').innerText();
    assert.equal(execFileSync('age-keygen', ['-y'], { input: identity, encoding: 'utf8' }).trim(), recipient);
    assert.equal(kit.url(), 'about:blank', 'nothing secret is in an address');
    const text = await kit.locator('body').innerText();
    assert.match(text, /age -d -i key\.txt/);
    assert.ok(text.includes(join(userDir(), 'backups')), text);
    assert.doesNotMatch(text, /backup-key\.|\{\{|__/, 'a text is missing');
    assert.ok(text.includes(hostname()), text);
    if (isWholeRun) await kit.screenshot({ path: '.cache/screenshots/recovery-kit.png', fullPage: true });
    await kit.close();
    await keepKey();
    await editor().done();
    await editor().deploy();
    const flows = readFileSync(join(userDir(), 'flows.json'), 'utf8');
    assert.ok(flows.includes(recipient));
    assert.doesNotMatch(flows, /AGE-SECRET/);
    await page().click('[id="create"] .red-ui-flow-node-button');
    await page()
      .locator('[id="create"] .red-ui-flow-node-status-label')
      .filter({ hasText: /\d\d:\d\d · \d/ })
      .waitFor();
    assert.ok(readdirSync(join(userDir(), 'backups')).some((name) => name.endsWith('.age')));
    await editor().reload();
    await openKey();
    assert.equal(await page().inputValue(field('identity')), '__PWRD__', 'what is stored is not shown');
    assert.equal(await page().locator('#backup-key-public').innerText(), recipient);
    await shoot('key-stored');
    const [again] = await Promise.all([page().context().waitForEvent('page'), page().click('#backup-key-kit')]);
    await again.locator('#kit-qr svg').waitFor();
    assert.equal(await again.locator('#kit-identity').innerText(), identity);
    await again.close();
  });

  if (!isInFull) return;

  it('takes a key that is pasted, recipients, and says what is wrong', async () => {
    await openKey();
    if (await page().locator('#backup-key-replace').isVisible()) await page().click('#backup-key-replace');
    await page().fill(field('identity'), OTHER_IDENTITY);
    await page().locator(field('identity')).blur();
    await page().locator('#backup-key-public').filter({ hasText: OTHER_RECIPIENT }).waitFor();
    await page().selectOption(field('kind'), 'passphrase');
    assert.ok(await page().locator(field('passphrase')).isVisible());
    await shoot('key-passphrase');
    await page().selectOption(field('kind'), 'recipient');
    await page().fill(field('recipient'), 'ssh-ed25519 AAAA');
    await shoot('key-recipient');
    await keepKey();
    assert.equal((await editor().complaints('key')).length, 1);
    await page().click('#node-input-btn-key-edit');
    await page().locator('#node-config-dialog-ok').waitFor();
    await editor().settle();
    await page().fill(field('recipient'), `${RECIPIENT}\n${OTHER_RECIPIENT}`);
    await keepKey();
    assert.deepEqual(await editor().complaints('key'), []);
    await editor().cancel();
  });
});
