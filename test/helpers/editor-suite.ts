/** Tests in the editor of each Node-RED that is supported, and what several dialogs are tested for. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepChromium, releaseChromium } from './chromium.ts';
import { Editor, type Theme } from './editor.ts';
import { isWholeRun } from './figures.ts';
import { TestNodeRed, VERSIONS, type FlowNode } from './node-red.ts';

interface Surroundings {
  readonly version: string;
  readonly theme: Theme;
  /** What runs there in every run; the rest only in a whole one. Everything unless set. */
  readonly always?: readonly string[];
}

/** These are judged by axe, which looks at the colours and at what Node-RED puts around a dialog. */
const JUDGED = ['the package', 'the first time'];

/** Where everything is tested in every run. */
const FIRST = 'Node-RED 5';

const SURROUNDINGS: readonly Surroundings[] = [
  { version: FIRST, theme: 'light' },
  { version: FIRST, theme: 'dark', always: JUDGED },
  // With them those dialogs that use most of what the editor is made of: lists, trees, and a tray above a tray.
  { version: 'Node-RED 4.1', theme: 'light', always: [...JUDGED, 'backup-create', 'backup-key'] },
];

export interface EditorSuite {
  readonly editor: () => Editor;
  /** Of the Node-RED behind it. */
  readonly userDir: () => string;
  /** A screenshot named after version, theme and this. */
  readonly shoot: (what: string) => Promise<void>;
  /** Elsewhere only that is tested which another theme or version is likeliest to change. */
  readonly isInFull: boolean;
  /** `Node-RED 5` */
  readonly version: string;
}

/**
 * Runs tests in each version, and in each theme it has, as far as the kind of run asks for it. What one test leaves open or changes is
 * forgotten before the next.
 */
export function inEditors(what: string, flows: readonly FlowNode[], tests: (suite: EditorSuite) => void): void {
  for (const { version, theme, always } of SURROUNDINGS) {
    if (!isWholeRun && always?.includes(what) === false) continue;
    describe(`${what} in the editor of ${version}, ${theme}`, function () {
      let red: TestNodeRed;
      let editor: Editor;
      let userDir: string;

      before(async () => {
        userDir = mkdtempSync(join(tmpdir(), 'nightkeep-editor-'));
        void keepChromium();
        red = await TestNodeRed.start({ userDir, flows, nodeRed: VERSIONS[version] ?? '' });
        editor = await Editor.open(red.running.url, theme);
      });

      after(async () => {
        await (editor as Editor | undefined)?.close();
        releaseChromium();
        await (red as TestNodeRed | undefined)?.stop('SIGKILL');
        rmSync(userDir, { recursive: true, force: true });
      });

      beforeEach(async () => {
        if (await editor.isTouched()) await editor.reload();
      });

      afterEach(() => {
        assert.deepEqual(editor.problems.splice(0), [], 'what the page complained of');
      });

      tests({
        editor: () => editor,
        userDir: () => userDir,
        shoot: (name) => editor.screenshot(`${version.replaceAll(/[^\w.]+/g, '-')}-${theme}-${name}`.toLowerCase()),
        isInFull: theme === 'light' && (isWholeRun || version === FIRST),
        version,
      });
    });
  }
}

/** Opens one tab of the open dialog. */
export async function openTab(editor: Editor, type: string, name: string): Promise<void> {
  const content = editor.page.locator(`#${type}-tab-${name}`);
  // Node-RED takes clicks on two tabs within 400 ms for one double click.
  for (let tries = 0; tries < 5 && !(await content.isVisible()); tries++) {
    await editor.page.click(`#${type}-tabs a[href="#${type}-tab-${name}"]`);
    await content.waitFor({ timeout: 500 }).catch(() => null);
  }
  assert.ok(await content.isVisible(), `the tab "${name}" does not open`);
}

/** The open dialog has a name for every field and no text is missing; closing it changes nothing. */
export async function checkDialog(editor: Editor, id: string): Promise<void> {
  assert.deepEqual(await unnamedFields(editor), [], id);
  const text = await editor.page.locator('.red-ui-tray').innerText();
  assert.doesNotMatch(
    text,
    /((backup|agent)-(create|event|hook|continue|status|key|restore|verify|sftp|local)|retention)\.\w/,
    'a text is missing',
  );
}

/** Fields of the open dialog that a screen reader could not name. */
async function unnamedFields(editor: Editor): Promise<string[]> {
  return editor.page.evaluate<string[]>(`(() => {
    const fields = [...document.querySelectorAll('#dialog-form .form-row :is(input, select, textarea):not(.red-ui-treeList-checkbox)')];
    const isNamed = (field) => field.getAttribute('aria-label') || [...(field.labels || [])].some((label) => label.textContent.trim() !== '');
    return fields.filter((field) => !isNamed(field)).map((field) => field.outerHTML);
  })()`);
}
