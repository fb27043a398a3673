import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Editor, type Theme } from '../helpers/editor.ts';
import { createNode, tab, TestNodeRed, VERSIONS, type FlowNode } from '../helpers/node-red.ts';

const TYPES = ['backup-create', 'backup-event', 'backup-status'] as const;
const THEMES: Readonly<Record<string, readonly Theme[]>> = {
  'Node-RED 5': ['light', 'dark'],
  'Node-RED 4.1': ['light'],
};

const eventNode: FlowNode = {
  id: 'event',
  type: 'backup-event',
  z: 'tab',
  name: '',
  scope: ['create'],
  stages: true,
  progress: false,
  completed: true,
  failed: true,
  template: '',
  x: 200,
  y: 200,
  wires: [[]],
};
const statusNode: FlowNode = {
  id: 'status',
  type: 'backup-status',
  z: 'tab',
  name: '',
  onChange: false,
  x: 200,
  y: 300,
  wires: [[]],
};
const FLOWS: readonly FlowNode[] = [tab, createNode({ wires: [[], []] }), eventNode, statusNode];

for (const [version, nodeRed] of Object.entries(VERSIONS)) {
  for (const theme of THEMES[version] ?? []) {
    describe(`the editor of ${version}, ${theme}`, function () {
      this.timeout(60_000);
      let red: TestNodeRed;
      let editor: Editor;
      let userDir: string;

      before(async () => {
        userDir = mkdtempSync(join(tmpdir(), 'nightkeep-editor-'));
        red = await TestNodeRed.start({ userDir, flows: FLOWS, nodeRed });
        editor = await Editor.open(red.running.url, theme);
      });

      after(async () => {
        await (editor as Editor | undefined)?.close();
        await (red as TestNodeRed | undefined)?.stop('SIGKILL');
        rmSync(userDir, { recursive: true, force: true });
      });

      afterEach(() => {
        assert.deepEqual(editor.problems.splice(0), [], 'what the page complained of');
      });

      const shoot = (what: string): Promise<void> =>
        editor.screenshot(`${version.replaceAll(/[^\w.]+/g, '-')}-${theme}-${what}`.toLowerCase());
      const openTab = async (name: string): Promise<void> => {
        const content = editor.page.locator(`#backup-create-tab-${name}`);
        // Node-RED takes clicks on two tabs within 400 ms for one double click.
        for (let tries = 0; tries < 5 && !(await content.isVisible()); tries++) {
          await editor.page.click(`#backup-create-tabs a[href="#backup-create-tab-${name}"]`);
          await content.waitFor({ timeout: 500 }).catch(() => null);
        }
        assert.ok(await content.isVisible(), `the tab "${name}" does not open`);
      };
      const sidecars = (): string[] => {
        const folder = join(userDir, 'backups');
        return existsSync(folder) ? readdirSync(folder).filter((name) => /^\d{8}T.*\.json$/.test(name)) : [];
      };
      const addSource = async (label: string, path: string): Promise<void> => {
        await editor.page.click('.red-ui-editableList-addButton:visible');
        const item = editor.page.locator('#node-input-sources-list > li').last();
        await item.locator('.backup-create-source-label').fill(label);
        await item.locator('.backup-create-source-path').fill(path);
      };
      /** The texts that stand below the sources, empty where nothing is wrong. */
      const problems = (): Promise<string[]> =>
        editor.page.locator('#node-input-sources-list .backup-create-problem').allTextContents();

      // What one test left open or changed is not another's business.
      beforeEach(() => editor.reload());

      for (const type of TYPES) {
        it(`has ${type} in the palette, with help`, async () => {
          const entry = editor.page.locator(`#red-ui-palette .red-ui-palette-node[data-palette-type="${type}"]`);
          assert.equal(
            String(await entry.locator('.red-ui-palette-label').textContent())
              .trim()
              .replaceAll(/\s+/g, '-'),
            type,
          );
          const category = await entry.evaluate(
            (node) => node.closest('.red-ui-palette-category')?.querySelector('.red-ui-palette-header')?.textContent,
          );
          assert.match(String(category), /backup/);
          const help = await editor.page.evaluate<string>(`RED.nodes.getNodeHelp('${type}')`);
          assert.match(help, /<h3>Outputs<\/h3>/);
          const icon = await editor.page.evaluate<number>(
            `fetch('icons/@nightkeep/node-red-backup/${type}.svg').then((answer) => answer.status)`,
          );
          assert.equal(icon, 200);
        });
      }

      it('opens each dialog with every field named, and Done changes nothing', async () => {
        await editor.page.locator('.red-ui-palette-node[data-palette-type="backup-status"]').scrollIntoViewIfNeeded();
        await shoot('flow');
        for (const id of ['create', 'event', 'status']) {
          await editor.edit(id);
          assert.deepEqual(await unnamedFields(editor), [], id);
          assert.doesNotMatch(await dialogText(editor), /backup-(create|event|status)\.\w/, 'a text is missing');
          await shoot(id);
          if (id === 'create')
            for (const name of ['where', 'how']) {
              await openTab(name);
              await shoot(`create-${name}`);
            }
          await editor.done();
          assert.equal(await editor.page.evaluate(`RED.nodes.node('${id}').changed === true`), false, id);
        }
        assert.equal(await editor.page.evaluate('RED.nodes.dirty()'), false);
      });

      it('says below each folder what is wrong with it, and on the node', async () => {
        await editor.edit('create');
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
        await editor.done();
        assert.match((await editor.complaints('create')).join(), /another folder has this label/i);
      });

      it('makes a backup when the button of the node is pressed, and shows it', async () => {
        await editor.page.click('[id="create"] .red-ui-flow-node-button');
        await editor.page.getByText('Backup started').waitFor();
        const label = editor.page.locator('[id="create"] .red-ui-flow-node-status-label');
        await label.filter({ hasText: /\d\d:\d\d · \d/ }).waitFor();
        await shoot('finished');
        assert.equal(sidecars().length, 1);
      });

      // Colours change nothing in what follows.
      if (theme === 'dark') return;

      it('stores folders, and takes them out again', async () => {
        await editor.edit('create');
        await addSource('photos', '/home/pi/photos');
        await editor.page.locator('.backup-create-source-exclude').last().fill('*.tmp\ncache/');
        await addSource('', '');
        await editor.done();
        assert.deepEqual(await editor.page.evaluate(`RED.nodes.node('create').sources`), [
          { label: 'photos', path: '/home/pi/photos', exclude: '*.tmp\ncache/' },
        ]);
        assert.deepEqual(await editor.complaints('create'), []);
        await editor.edit('create');
        assert.equal(await editor.page.locator('.backup-create-source-path').inputValue(), '/home/pi/photos');
        await editor.page.click('#node-input-sources-list .red-ui-editableList-item-remove');
        await editor.page.locator('.backup-create-source-path').waitFor({ state: 'detached' });
        await editor.done();
        assert.deepEqual(await editor.page.evaluate(`RED.nodes.node('create').sources`), []);
      });

      it('refuses a time limit that is none, names with a slash, and nothing to back up', async () => {
        await editor.edit('create');
        await editor.page.uncheck('#node-input-nodeRed');
        assert.equal(await editor.page.locator('#node-input-includeNodeModules').isVisible(), false);
        await openTab('how');
        await editor.page.fill('#node-input-timeLimit', 'soon');
        await editor.page.fill('#node-input-excludeIfPresent', '.nobackup\na/b');
        await editor.done();
        const complaints = (await editor.complaints('create')).join();
        assert.match(complaints, /number of minutes above 0/);
        assert.match(complaints, /bare file names/);
        assert.match(complaints, /nothing is chosen/i);
      });

      it('offers the backup nodes to backup-event, and keeps what is chosen right when flows are copied', async () => {
        await editor.edit('event');
        const rows = editor.page.locator('#backup-event-scope-list .red-ui-treeList-label');
        assert.deepEqual(await rows.allTextContents(), ['nightly']);
        await rows.first().click();
        await editor.done();
        assert.match((await editor.complaints('event')).join(), /no node is chosen/i);
        await editor.edit('event');
        await editor.page.selectOption('#backup-event-scope-choice', 'all');
        assert.equal(await editor.page.locator('#backup-event-scope-list').isVisible(), false);
        await editor.done();
        assert.equal(await editor.page.evaluate(`RED.nodes.node('event').scope`), null);
        const copied = await editor.page.evaluate<{ id: string; scope: string[] }>(`(() => {
          const nodes = ${JSON.stringify(FLOWS)};
          const made = RED.nodes.import(nodes, { generateIds: true, addFlow: true }).nodes;
          const [create, event] = ['backup-create', 'backup-event'].map((type) => made.find((node) => node.type === type));
          return { id: create.id, scope: event.scope };
        })()`);
        assert.notEqual(copied.id, 'create');
        assert.deepEqual(copied.scope, [copied.id]);
      });

      it('does not run a node that is not deployed', async () => {
        const before = sidecars();
        await editor.edit('create');
        await editor.page.fill('#node-input-name', 'renamed');
        await editor.done();
        await editor.page.click('[id="create"] .red-ui-flow-node-button');
        await editor.deploy();
        assert.deepEqual(sidecars(), before);
      });
    });
  }
}

async function dialogText(editor: Editor): Promise<string> {
  return editor.page.locator('.red-ui-tray').innerText();
}

/** Fields of the open dialog that a screen reader could not name. */
async function unnamedFields(editor: Editor): Promise<string[]> {
  return editor.page.evaluate<string[]>(`(() => {
    const fields = [...document.querySelectorAll('#dialog-form .form-row :is(input, select, textarea):not(.red-ui-treeList-checkbox)')];
    const isNamed = (field) => field.getAttribute('aria-label') || [...(field.labels || [])].some((label) => label.textContent.trim() !== '');
    return fields.filter((field) => !isNamed(field)).map((field) => field.outerHTML);
  })()`);
}
