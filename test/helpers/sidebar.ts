/** The Backups sidebar in a real editor: what a person finds there and presses. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Locator } from 'playwright-core';
import type { Editor } from './editor.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core');
const TAB = 'nightkeep-backup';

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

export class Sidebar {
  readonly editor: Editor;
  readonly element: Locator;
  readonly dialog: Locator;

  constructor(editor: Editor) {
    this.editor = editor;
    this.element = editor.page.locator('.nkb-sidebar');
    this.dialog = editor.page.locator('dialog.nkb-dialog');
  }

  /** Brings it to the front, as its button does. */
  async show(): Promise<void> {
    await this.editor.page.evaluate(`RED.sidebar.show('${TAB}')`);
    await this.element.locator('.nkb-plan').first().waitFor();
  }

  /** Its buttons are named as a screen reader says it. */
  button(name: string | RegExp): Locator {
    return this.element.getByRole('button', { name, ...(typeof name === 'string' ? { exact: true } : {}) });
  }

  rows(): Locator {
    return this.element.locator('.nkb-row');
  }

  async said(words: RegExp): Promise<void> {
    await this.element.locator('.nkb-message', { hasText: words }).waitFor();
  }

  async openFirst(): Promise<void> {
    await this.rows().first().click();
    await this.element.getByRole('region', { name: 'One backup' }).waitFor();
  }

  /** Presses one of the buttons of a backup that open a dialog. */
  async begin(action: string): Promise<Locator> {
    await this.button(action).click();
    await this.dialog.waitFor();
    return this.dialog;
  }

  /** Presses a button of the dialog that closes it. */
  async finish(name: string): Promise<void> {
    await this.dialog.getByRole('button', { name, exact: true }).click();
    await this.dialog.waitFor({ state: 'detached' });
  }

  /** As if the edge of the sidebar had been drawn there, and nothing else were in that column. */
  async setWidth(pixels: number): Promise<void> {
    const style = `position:fixed;z-index:50;top:40px;right:0;height:850px;width:${String(pixels)}px`;
    await this.element.evaluate((element, text) => element.setAttribute('style', text), style);
    await this.editor.page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  }

  /** What is wider than the place it has, so that a part of it is not to be seen. */
  async tooWide(): Promise<string[]> {
    return this.editor.page.evaluate<string[]>(`(() => {
      const sidebar = document.querySelector('.nkb-sidebar');
      const edge = sidebar.getBoundingClientRect().right + 1;
      const isSeen = (element) => element.getClientRects().length > 0 && !element.closest('.nkb-hidden-text, .nkb-message:not(.nkb-shown)');
      return [...sidebar.querySelectorAll('*')].filter(isSeen)
        .filter((element) => element.getBoundingClientRect().right > edge)
        .map((element) => element.outerHTML.slice(0, 120));
    })()`);
  }

  /** @param of - a selector; only what is in it is judged */
  async checkAccess(of: string): Promise<void> {
    const { page } = this.editor;
    if (!(await page.evaluate<boolean>(`'axe' in window`))) await page.addScriptTag({ path: AXE });
    const violations = await page.evaluate<Violation[]>(
      `axe.run(${JSON.stringify(of)}).then((result) => result.violations)`,
    );
    const shown = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => [id, html, failureSummary]),
    );
    assert.deepEqual(shown, [], of);
  }

  /** In the other theme, too, where the editor has one. */
  async checkThemes(of: string): Promise<void> {
    await this.checkAccess(of);
    const toggle = `document.documentElement.classList.toggle('nr-theme-dark')`;
    await this.editor.page.evaluate(toggle);
    await this.editor.page.evaluate(
      `Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null)))`,
    );
    await this.checkAccess(of);
    await this.editor.page.evaluate(toggle);
  }

  /** Nothing that came as a text has become an element or was run. */
  async checkHarmless(): Promise<void> {
    assert.equal(await this.editor.page.locator('.nkb-sidebar img, dialog img').count(), 0);
    assert.equal(await this.editor.page.evaluate('typeof window.pwned'), 'undefined');
  }
}
