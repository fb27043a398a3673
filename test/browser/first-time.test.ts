import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { violationsIn } from '../helpers/accessibility.ts';
import { inEditors } from '../helpers/editor-suite.ts';
import { recordFigure } from '../helpers/figures.ts';
import { tab, type FlowNode } from '../helpers/node-red.ts';
import { SshServer } from '../helpers/ssh-server.ts';

/** As good as empty: nothing of ours is in it. */
const FLOWS: readonly FlowNode[] = [
  tab,
  { id: 'note', type: 'comment', z: 'tab', name: 'mine', x: 200, y: 100, wires: [] },
];
const CLICKS = 6;
const SECONDS = 60;

/** Whether the server's list has come. */
const LISTED = `(async () => {
  const { locations } = await (await fetch('backup/info')).json();
  const place = locations.find(({ agent_id }) => agent_id.startsWith('sftp'));
  return place !== undefined && (await (await fetch('backup/list?at=' + encodeURIComponent(place.agent_id))).json()).error === null;
})()`;

inEditors('the first time', FLOWS, ({ editor, userDir, shoot, version, isInFull }) => {
  let server: SshServer;
  let remote: string;

  before(async () => {
    server = await SshServer.start();
    remote = mkdtempSync(join(tmpdir(), 'nightkeep-remote-'));
  });

  after(async () => {
    await server.stop();
    rmSync(remote, { recursive: true, force: true });
  });

  const page = (): Page => editor().page;
  const first = '.nkb-first';
  const press = (name: string | RegExp): Promise<void> => page().locator(first).getByRole('button', { name }).click();
  const archives = (): string[] => {
    const folder = join(userDir(), 'backups');
    return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.age')) : [];
  };
  let wrong: string[] = [];
  const judge = async (what: string): Promise<void> => {
    await shoot(what);
    wrong.push(...(await violationsIn(page(), '.nkb-sidebar')).map((text) => `${what}: ${text}`));
    await page().evaluate(`document.querySelector('.nkb-sidebar').style.width = '180px'`);
    await shoot(`${what}-narrow`);
    const isCut = `[...document.querySelectorAll('.nkb-first')].some((part) => part.scrollWidth > part.clientWidth)`;
    if (await page().evaluate<boolean>(isCut)) wrong.push(`${what}: wider than 180 px`);
    await page().evaluate(`document.querySelector('.nkb-sidebar').style.width = ''`);
  };

  async function openSidebar(): Promise<void> {
    await page().evaluate(`RED.sidebar.show('nightkeep-backup')`);
    await page().locator(first).waitFor();
  }

  if (isInFull) testOtherWays();

  it('makes the first encrypted backup of an empty Node-RED with a few clicks', async () => {
    wrong = [];
    // The tests before have left the tab open, in the middle of the steps.
    await editor().reload();
    const began = performance.now();
    let clicks = 0;
    const click = async (name: string): Promise<void> => {
      clicks += 1;
      await press(name);
    };
    clicks += await clickTab(page());
    await page().locator(first).getByRole('button', { name: 'Next' }).waitFor();
    await judge('first-where');
    await click('Next');
    await page().locator('.nkb-first-key').filter({ hasText: /^age1/ }).waitFor();
    await judge('first-key');
    const [kit] = await Promise.all([page().context().waitForEvent('page'), click('Open the recovery kit')]);
    const identity = await kit.locator('#kit-identity').innerText();
    await kit.close();
    await click('Next');
    await page()
      .getByText(/Next: \w{3} /)
      .waitFor();
    await judge('first-when');
    await click('Add, deploy and back up now');
    await page().locator('.nkb-row').first().waitFor();
    const seconds = (performance.now() - began) / 1000;
    await judge('first-done');
    assert.equal(archives().length, 1);
    const archive = join(userDir(), 'backups', String(archives()[0]));
    const plain = execFileSync('age', ['-d', '-i', '-', archive], { input: `${identity}\n`, maxBuffer: 2 ** 28 });
    assert.ok(plain.length > 0, 'the key of the kit opens it');
    const flows = readFileSync(join(userDir(), 'flows.json'), 'utf8');
    assert.doesNotMatch(flows, /AGE-SECRET/);
    assert.ok(clicks <= CLICKS || seconds <= SECONDS, `${String(clicks)} clicks, ${seconds.toFixed(1)} s`);
    recordFigure(`first encrypted backup, ${version}`, `${String(clicks)} clicks, ${seconds.toFixed(1)} s`);
    assert.deepEqual(wrong, []);
  });

  /** Neither a theme nor a version changes anything in them. */
  function testOtherWays(): void {
    it('leads to a place with backups, and says what is wrong with it before it is used', async () => {
      wrong = [];
      await openSidebar();
      await press(/I have backups/);
      await page().getByLabel('On a server').check();
      const add = page().getByRole('button', { name: 'Add the place and deploy' });
      assert.ok(await add.isDisabled(), 'a server that was not tried');
      await page().getByLabel('Host').fill('127.0.0.1');
      await page().getByLabel('Port').fill('1');
      await page().getByLabel('User').fill('me');
      await press('Test connection');
      await page().locator('.nkb-first-report .nkb-wrong').waitFor();
      await judge('first-server');
      assert.ok(await add.isDisabled());
      await page()
        .getByLabel('Port')
        .fill(String(server.settings(remote).port));
      await page().getByLabel('User').fill(server.settings(remote).username);
      await page().getByLabel('Private key').fill(readFileSync(server.userKey, 'utf8'));
      await page().getByLabel('Folder').fill(remote);
      await press('Test connection');
      await page().locator('.nkb-first-report code').filter({ hasText: server.fingerprint }).waitFor();
      assert.ok(await add.isDisabled(), 'a server that was not accepted');
      await press('Accept it');
      await page()
        .locator('.nkb-first-report .nkb-fine')
        .filter({ hasText: /are free/ })
        .waitFor();
      assert.ok(await add.isEnabled());
      await judge('first-server-tried');
      await add.click();
      // With the key, which went into the credentials: nothing is there, and nothing is wrong.
      for (let isListed = false; !isListed;) isListed = await page().evaluate<boolean>(LISTED);
      const flows = readFileSync(join(userDir(), 'flows.json'), 'utf8');
      assert.ok(flows.includes(server.fingerprint));
      assert.doesNotMatch(flows, /PRIVATE KEY/);
      assert.deepEqual(wrong, []);
    });

    it('goes back from there', async () => {
      wrong = [];
      await openSidebar();
      await press(/I have backups/);
      await page().getByLabel('On a USB disk').check();
      await judge('first-disk');
      await press('Back');
      await page()
        .getByRole('heading', { name: /Step 1 of 3/ })
        .waitFor();
      assert.deepEqual(wrong, []);
    });

    it('only adds the flow when that is wanted, and Undo takes it back', async () => {
      await openSidebar();
      await press('Next');
      await page().getByLabel('I will do that later').check();
      await press('Next');
      await press('Only add the flow');
      await page().getByText('Look at it, change what you like').waitFor();
      assert.equal(await page().evaluate(`RED.nodes.dirty()`), true);
      await shoot('first-added');
      assert.deepEqual(await page().evaluate(`RED.nodes.filterNodes({ type: 'backup-create' }).map((n) => n.valid)`), [
        true,
      ]);
      await page().evaluate(`RED.history.pop()`);
      assert.equal(await page().evaluate(`RED.nodes.filterNodes({ type: 'backup-create' }).length`), 0);
      assert.ok(!readFileSync(join(userDir(), 'flows.json'), 'utf8').includes('backup-create'));
    });
  }
});

/**
 * Opens the tab as a person does.
 *
 * @returns how many clicks it took
 */
async function clickTab(page: Page): Promise<number> {
  await page.evaluate(`RED.sidebar.show('info')`);
  const sign = page.locator('button[data-tab-id="nightkeep-backup"], #red-ui-tab-nightkeep-backup-link-button');
  if (await sign.isVisible()) {
    await sign.click();
    return 1;
  }
  // Node-RED 4.1 has no room for the signs of all tabs, and the others in a menu.
  await page.click('#red-ui-sidebar .red-ui-tab-link-button-menu');
  await page.locator('.red-ui-menu:visible').getByText('Backups').click();
  return 2;
}
