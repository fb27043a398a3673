/** The tests of one version go on from one another, in one page: a page takes long to load. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentLocal, agentSftp } from '../helpers/dialog-nodes.ts';
import { Editor } from '../helpers/editor.ts';
import { isWholeRun } from '../helpers/figures.ts';
import { hookNode } from '../helpers/hook-nodes.ts';
import { createNode, TestNodeRed, VERSIONS, type FlowNode } from '../helpers/node-red.ts';
import { Sidebar } from '../helpers/sidebar.ts';
import { silentServer, type SilentServer } from '../helpers/silent-server.ts';

/** Runs when it is taken for HTML. */
const HOSTILE = `<img src=x onerror="window.pwned=1"> "it's"`;
const NAME = `nightly ${HOSTILE}`;
const DISK = `USB ${HOSTILE}`;
const GARDEN = `Garden ${HOSTILE}`;

interface World {
  readonly folder: string;
  /** Accepts connections and says nothing: a location that hangs. */
  readonly port: number;
}

function flows({ folder, port }: World): readonly FlowNode[] {
  const keyFile = join(folder, 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile]);
  return [
    { id: 'tab', type: 'tab', label: 'Backups' },
    { id: 'garden', type: 'tab', label: GARDEN },
    { id: 'water', type: 'comment', z: 'garden', name: HOSTILE, info: '', x: 100, y: 100, wires: [] },
    createNode({ backupName: NAME, wires: [['disk'], []], schedule: 'daily' }),
    { ...agentLocal, id: 'disk', name: DISK, folder: join(folder, 'usb'), mounted: false },
    { ...agentSftp, name: 'NAS', host: '127.0.0.1', port: String(port), keyFile, timeout: '1', x: 420, y: 300 },
    createNode({ id: 'waiting', name: 'waiting', folder: join(folder, 'waiting'), y: 400, wires: [[], []] }),
    hookNode({ scope: ['waiting'], wires: [[]], y: 500 }),
  ];
}

const idsIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^\d{8}T.*\.json$/.test(name))
        .map((name) => name.slice(0, -'.json'.length))
        .sort()
    : [];

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

for (const [version, nodeRed] of Object.entries(VERSIONS)) {
  describe(`the Backups sidebar in the editor of ${version}`, function () {
    const folder = mkdtempSync(join(tmpdir(), 'nightkeep-sidebar-'));
    const userDir = join(folder, 'user');
    const local = join(userDir, 'backups');
    const disk = join(folder, 'usb');
    let silent: SilentServer;
    let red: TestNodeRed;
    let editor: Editor;
    let sidebar: Sidebar;

    before(async () => {
      silent = await silentServer();
      red = await TestNodeRed.start({ userDir, flows: flows({ folder, port: silent.port }), nodeRed });
      editor = await Editor.open(red.running.url, 'light');
      sidebar = new Sidebar(editor);
    });

    after(async () => {
      await (editor as Editor | undefined)?.close();
      await (red as TestNodeRed | undefined)?.stop('SIGKILL');
      await (silent as SilentServer | undefined)?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await shoot('failed', true);
      await sidebar.checkHarmless();
      assert.deepEqual(editor.problems.splice(0), [], 'what the page complained of');
    });

    const shoot = (what: string, hasFailed = false): Promise<void> =>
      editor.screenshot(`sidebar-${version.replaceAll(/[^\w.]+/g, '-')}-${what}`.toLowerCase(), hasFailed);
    /** Only Node-RED 5 has a dark theme of its own. */
    const checkLooks = (of: string): Promise<void> =>
      version === 'Node-RED 5' || isWholeRun ? sidebar.checkThemes(of) : sidebar.checkAccess(of);

    it('shows the plans and the locations, and says which one does not answer', async () => {
      await sidebar.show();
      // As tall as the window: rows that are far out of sight are not there.
      await sidebar.setWidth(400);
      await sidebar.element.locator('.nkb-place', { hasText: 'This machine: backups' }).waitFor();
      const nas = sidebar.element.locator('.nkb-place', { hasText: 'NAS' });
      await nas.getByText('Does not answer yet').waitFor();
      assert.equal(await sidebar.element.locator('.nkb-place-ready').count(), 3);
      const plan = sidebar.element.locator('.nkb-plan', { hasText: 'nightly' });
      assert.match(await plan.innerText(), /Last\s+never\s+Next\s+in \d+/);
    });

    it('backs up when it is told to, and lists the backup with its places and names that are text', async () => {
      await sidebar.button('Back up now: nightly').click();
      await sidebar.element.locator('.nkb-row', { hasText: DISK }).waitFor();
      const row = sidebar.rows().first();
      assert.match(await row.innerText(), /^nightly <img src=x onerror="window\.pwned=1"> "it's"/);
      const label = (await row.getAttribute('aria-label')) ?? '';
      assert.ok(label.includes('not encrypted') && label.includes('This machine: backups and USB <img'), label);
      await sidebar.element.getByText('The newest backup lies at 2 locations').waitFor();
      assert.deepEqual(idsIn(disk), idsIn(local));
    });

    it('says of a location that is down what is wrong, while the others are shown', async () => {
      await sidebar.element.locator('.nkb-place-failed', { hasText: 'NAS' }).waitFor();
      assert.match(await sidebar.element.locator('.nkb-place-failed').innerText(), /NAS\s+\S/);
      await sidebar.element.locator('.nkb-safety .nkb-stale', { hasText: 'No copy on another machine' }).waitFor();
    });

    it('shows a job that runs, and cancels it', async () => {
      await sidebar.button('Back up now: waiting').click();
      const job = sidebar.element.locator('.nkb-job');
      await job.getByText('Preparing').waitFor();
      assert.equal(await job.getByRole('progressbar').count(), 1);
      await shoot('job');
      await checkLooks('.nkb-sidebar');
      await job.getByRole('button').click();
      await sidebar.said(/failed/);
      await job.waitFor({ state: 'detached' });
      await sidebar.button('Close this message').click();
    });

    it('is used by the keys alone: rows by arrows, Enter opens, Escape goes back to the row', async () => {
      await sidebar.button('Back up now: nightly').click();
      await sidebar.rows().nth(1).waitFor();
      const { keyboard } = editor.page;
      const focused = (): Promise<string | null> =>
        editor.page.evaluate<string | null>(`document.activeElement.getAttribute('aria-posinset')`);
      await sidebar.element.getByRole('searchbox').focus();
      for (let presses = 0; presses < 4 && (await focused()) === null; presses++) await keyboard.press('Tab');
      assert.equal(await focused(), '1');
      await keyboard.press('ArrowDown');
      assert.equal(await focused(), '2');
      await keyboard.press('ArrowDown');
      assert.equal(await focused(), '2', 'the last row has no next');
      await keyboard.press('Enter');
      await sidebar.element.getByRole('region', { name: 'One backup' }).waitFor();
      assert.equal(await editor.page.evaluate('document.activeElement.tagName'), 'H3');
      await keyboard.press('Tab');
      await keyboard.press('Enter');
      await sidebar.dialog.waitFor();
      await keyboard.press('Escape');
      await sidebar.dialog.waitFor({ state: 'detached' });
      assert.equal(await editor.page.evaluate('document.activeElement.dataset.focus'), 'download');
      await keyboard.press('Escape');
      assert.equal(await focused(), '2');
      assert.equal(await editor.page.evaluate(`RED.nodes.node('create') !== null`), true);
    });

    it('finds backups by search and by location', async () => {
      const search = sidebar.element.getByRole('searchbox');
      await search.fill('no such backup');
      await sidebar.element.getByText('No backup fits.').waitFor();
      await search.fill('NIGHTLY <img');
      assert.equal(await sidebar.rows().count(), 2);
      await search.fill('');
      await sidebar.element.getByRole('combobox', { name: 'Location', exact: true }).selectOption({ label: DISK });
      assert.equal(await sidebar.rows().count(), 2);
      await sidebar.element.getByRole('combobox', { name: 'Location', exact: true }).selectOption('');
    });

    it('fits from 180 px up, and draws size, duration and days', async () => {
      await sidebar.button('History').click();
      await sidebar.element.getByRole('img', { name: /3 runs, 1 failed/ }).waitFor();
      await sidebar.element.getByRole('img', { name: /backups of 1 day|a backup of 1 day/ }).waitFor();
      for (const width of [180, 320, 800]) {
        await sidebar.setWidth(width);
        assert.deepEqual(await sidebar.tooWide(), [], `${String(width)} px`);
        await shoot(`overview-${String(width)}`);
      }
      await sidebar.openFirst();
      await sidebar.element.getByText('SHA-256').waitFor();
      for (const width of [180, 320, 800]) {
        await sidebar.setWidth(width);
        assert.deepEqual(await sidebar.tooWide(), [], `details, ${String(width)} px`);
        await shoot(`details-${String(width)}`);
      }
      await sidebar.setWidth(400);
      await checkLooks('.nkb-sidebar');
    });

    it('checks a copy and then says when that was', async () => {
      await sidebar.button('Check the copy at This machine: backups').click();
      await sidebar.element.getByText(/Checked .*: whole/).waitFor();
    });

    it('downloads a backup as it lies at its location', async () => {
      const dialog = await sidebar.begin('Download…');
      await checkLooks('dialog');
      const coming = editor.page.waitForEvent('download');
      await dialog.getByRole('button', { name: 'Download', exact: true }).click();
      const download = await coming;
      const [stored] = readdirSync(local).filter((name) => name === download.suggestedFilename());
      assert.ok(stored, `${download.suggestedFilename()} is not the name of an archive`);
      assert.equal(sha256(await download.path()), sha256(join(local, stored)));
      await sidebar.dialog.waitFor({ state: 'detached' });
    });

    it('restores a file that was found by search, and nothing else, to a folder', async () => {
      const target = join(folder, 'restored');
      const dialog = await sidebar.begin('Restore to a folder…');
      await dialog.getByRole('textbox', { name: 'Folder' }).fill(target);
      await dialog.getByRole('radio', { name: 'Chosen files and folders' }).check();
      await dialog.getByRole('button', { name: 'Open the folder node-red', exact: true }).click();
      await dialog.getByRole('checkbox', { name: /^settings\.js/ }).waitFor();
      await shoot('restore-tree');
      await checkLooks('dialog');
      await dialog.getByRole('searchbox', { name: 'Search files' }).fill('FLOWS.json');
      await dialog.getByRole('checkbox', { name: /^node-red\/flows\.json/ }).check();
      await dialog.getByText('1 chosen').waitFor();
      await sidebar.finish('Restore');
      await sidebar.said(/Restore of .* is done/);
      assert.deepEqual(readdirSync(target), ['node-red']);
      assert.deepEqual(readdirSync(join(target, 'node-red')), ['flows.json']);
      assert.ok(readFileSync(join(target, 'node-red/flows.json'), 'utf8').includes('"water"'));
    });

    it('asks twice before it restores into this Node-RED', async () => {
      await sidebar.begin('Restore into Node-RED…');
      await checkLooks('dialog');
      await sidebar.dialog.getByRole('button', { name: 'Continue…' }).click();
      await sidebar.dialog.filter({ hasText: 'Replace all flows?' }).waitFor();
      await sidebar.checkAccess('dialog');
      await sidebar.finish('Cancel');
      assert.ok(!existsSync(join(userDir, 'settings.restored.js')));
    });

    it('says that nothing differs from today, and then what does', async () => {
      const dialog = await sidebar.begin('Compare with today');
      await dialog.getByText('What is deployed today is the same as in the backup.').waitFor();
      await sidebar.finish('Close');
    });

    it('imports a flow as a copy with new ids, or with its ids in place of today’s', async () => {
      const tabs = (): Promise<string[]> =>
        editor.page.evaluate<string[]>(`RED.nodes.getWorkspaceOrder().map((id) => RED.nodes.workspace(id).label)`);
      const comments = (): Promise<string[]> =>
        editor.page.evaluate<string[]>(`RED.nodes.filterNodes({ type: 'comment' }).map(({ id }) => id)`);
      const dialog = await sidebar.begin('Import a flow…');
      await dialog.getByRole('radio', { name: GARDEN }).check();
      await shoot('import');
      await checkLooks('dialog');
      await sidebar.finish('Import');
      assert.deepEqual(await tabs(), ['Backups', GARDEN, GARDEN]);
      const [copied = ''] = (await comments()).filter((id) => id !== 'water');
      assert.notEqual(copied, '');
      await editor.page.evaluate(`RED.nodes.node('water').name = 'changed since'`);
      await sidebar.begin('Import a flow…');
      await dialog.getByRole('radio', { name: GARDEN }).check();
      await dialog.getByRole('radio', { name: 'With its ids' }).check();
      await dialog.getByText('Takes the place of today’s flow').waitFor();
      await sidebar.finish('Import');
      assert.equal(await editor.page.evaluate(`RED.nodes.node('water').name`), HOSTILE);
      assert.deepEqual((await comments()).sort(), [copied, 'water'].sort());
      await editor.deploy();
      const compared = await sidebar.begin('Compare with today');
      await compared.locator('summary', { hasText: '2 added · not in the backup' }).click();
      await compared.getByText(`Added: ${HOSTILE} (comment)`).waitFor();
      await shoot('compare');
      await checkLooks('dialog');
      await sidebar.finish('Close');
    });

    it('deletes a copy, says what that leaves, and asks again for the last one', async () => {
      const [, id = ''] = idsIn(local);
      const dialog = await sidebar.begin('Delete…');
      await dialog.getByText('No copy is left').waitFor();
      await checkLooks('dialog');
      assert.equal(await dialog.getByRole('button', { name: 'Delete', exact: true }).isDisabled(), true);
      await dialog.getByRole('checkbox', { name: DISK }).uncheck();
      await dialog.getByText(`It stays at ${DISK}.`).waitFor();
      await sidebar.finish('Delete');
      await sidebar.said(/Deleted at This machine: backups/);
      assert.deepEqual([idsIn(local).includes(id), idsIn(disk).includes(id)], [false, true]);
    });

    it('deletes the last copy only when that is wanted, and takes in the file of a backup', async () => {
      const [, id = ''] = idsIn(disk);
      const [file = ''] = readdirSync(disk).filter((name) => name.startsWith(id) && !name.endsWith('.json'));
      const kept = join(folder, file);
      copyFileSync(join(disk, file), kept);
      const row = sidebar.element.locator('.nkb-row').first();
      await row.filter({ hasNotText: 'This machine' }).click();
      const dialog = await sidebar.begin('Delete…');
      await dialog.getByRole('checkbox', { name: 'Delete the last copy' }).check();
      await sidebar.finish('Delete');
      await sidebar.said(/Deleted at USB/);
      assert.ok(!idsIn(disk).includes(id));
      await sidebar.button('Upload…').click();
      await sidebar.dialog.getByLabel('File').setInputFiles(kept);
      await checkLooks('dialog');
      await sidebar.finish('Upload');
      await sidebar.element.locator('.nkb-row', { hasText: 'This machine' }).nth(1).waitFor();
      assert.ok(idsIn(local).includes(id));
    });

    it('copies a backup to a location that lacks it', async () => {
      await sidebar.rows().filter({ hasNotText: 'USB' }).first().click();
      const dialog = await sidebar.begin('Copy to…');
      await dialog.getByRole('combobox', { name: 'To' }).selectOption({ label: DISK });
      await checkLooks('dialog');
      await sidebar.finish('Copy');
      await sidebar.element.getByRole('button', { name: /^Check the copy at USB/ }).waitFor();
      assert.deepEqual(idsIn(disk), idsIn(local));
    });

    it('pins a backup everywhere, so that it cannot be deleted, and unpins it', async () => {
      const pinned = (folderOf: string): boolean[] =>
        idsIn(folderOf).map((id) => {
          const record = JSON.parse(readFileSync(join(folderOf, `${id}.json`), 'utf8')) as { pinned: boolean };
          return record.pinned;
        });
      await sidebar.button('Pin').click();
      await sidebar.said(/Pinned/);
      await sidebar.button('Unpin').waitFor();
      assert.ok(await sidebar.button('Delete…').isDisabled());
      assert.deepEqual(
        [pinned(local), pinned(disk)].map((all) => all.filter(Boolean).length),
        [1, 1],
      );
      await sidebar.button('Unpin').click();
      await sidebar.said(/No longer pinned/);
      await sidebar.button('Pin').waitFor();
      assert.ok(await sidebar.button('Delete…').isEnabled());
    });

    it('lays a restore ready for the next start, says so, and cancels it', async () => {
      await sidebar.begin('Restore into Node-RED…');
      await sidebar.dialog.getByRole('button', { name: 'Continue…' }).click();
      await sidebar.dialog.filter({ hasText: 'Replace all flows?' }).waitFor();
      await sidebar.finish('Restore');
      await sidebar.button('All backups').click();
      const banner = sidebar.element.locator('.nkb-banner');
      await banner.getByText(/restart/i).waitFor();
      const waiting = join(userDir, '.nightkeep', 'restore');
      assert.equal(readdirSync(waiting).length, 1);
      await shoot('restore-waits');
      await checkLooks('.nkb-sidebar');
      await banner.getByRole('button', { name: 'Do not restore' }).click();
      await banner.waitFor({ state: 'hidden' });
      assert.deepEqual(readdirSync(waiting), []);
    });
  });
}
