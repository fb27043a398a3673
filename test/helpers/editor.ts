/** The Node-RED editor in a real Chromium: what a person sees and clicks. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page, Route } from 'playwright-core';
import { keepChromium, releaseChromium } from './chromium.ts';
import { isWholeRun } from './figures.ts';

const root = join(import.meta.dirname, '..', '..');
const SCREENSHOTS = join(root, '.cache', 'screenshots');
const VIEWPORT = { width: 1400, height: 900 };
/** A page that others hold up takes its time. */
const WAIT_MS = 120_000;
/** A dialog that has not begun to open by then does not open. */
const SOON_MS = 10_000;
const TRAY = '.red-ui-tray';

export type Theme = 'light' | 'dark';

async function isSoonThere(what: Locator): Promise<boolean> {
  return what.waitFor({ state: 'attached', timeout: SOON_MS }).then(
    () => true,
    () => false,
  );
}

/** Node-RED's own tips begin a second after its settings have come, and fail when their box is not there yet, as on a slow machine. */
async function withoutTips(route: Route): Promise<void> {
  if (route.request().method() !== 'GET') {
    await route.fallback();
    return;
  }
  const response = await route.fetch();
  const settings = (await response.json()) as { readonly editor?: { readonly view?: object } };
  const view = { ...settings.editor?.view, 'view-show-tips': false };
  await route.fulfill({ response, json: { ...settings, editor: { ...settings.editor, view } } });
}

async function newPage(): Promise<Page> {
  const chromium = await keepChromium();
  return chromium.newPage({ viewport: VIEWPORT });
}

export class Editor {
  readonly page: Page;
  /** What the page said on its console as an error, and what it threw. */
  readonly problems: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    // The editor asks before it forgets changes.
    page.on('dialog', (dialog) => void dialog.accept());
    page.on('pageerror', (error) => this.problems.push(error.stack ?? error.message));
    page.on('console', (line) => {
      if (line.type() === 'error') this.problems.push(`${line.text()} (${line.location().url})`);
    });
  }

  /** @param url - the editor's address; waits until its flows are drawn */
  static async open(url: string, theme: Theme): Promise<Editor> {
    // Each page has a profile of its own, so that it knows nothing of those before it.
    const page = await newPage();
    page.setDefaultTimeout(WAIT_MS);
    await page.route('**/settings/user?*', withoutTips);
    await page.addInitScript(`localStorage.setItem('view-dark-theme', '${theme}')`);
    const editor = new Editor(page);
    try {
      await page.goto(url);
      await editor.#untilDrawn();
      return editor;
    } catch (error) {
      await editor.close();
      throw error;
    }
  }

  /** Whether there is anything for a reload to forget: an open dialog or message, or a change, deployed or not. */
  async isTouched(): Promise<boolean> {
    return this.page.evaluate<boolean>(
      `RED.nodes.dirty() || RED.history.depth() > 0 || $('${TRAY}, .ui-dialog:visible, .red-ui-notification:visible').length > 0`,
    );
  }

  /** Forgets what is not deployed. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.#untilDrawn();
  }

  async #untilDrawn(): Promise<void> {
    await this.page.locator('.red-ui-flow-node').first().waitFor();
    // It is drawn before the editor listens to all that can be done to it.
    await this.page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
  }

  /** Opens the edit dialog of a node as a double click does. */
  async edit(id: string): Promise<void> {
    const tray = this.page.locator(TRAY).first();
    // Where a busy machine takes the two clicks far apart, they are no double click to Node-RED.
    do await this.page.dblclick(`[id="${id}"] .red-ui-flow-node`);
    while (!(await isSoonThere(tray)));
    await this.page.locator('#node-dialog-ok').waitFor();
    await this.settle();
  }

  /** Closes the dialog by its Done button. */
  async done(): Promise<void> {
    await this.page.click('#node-dialog-ok');
    await this.page.locator(TRAY).waitFor({ state: 'detached' });
  }

  /** Closes the dialog without keeping its changes. */
  async cancel(): Promise<void> {
    await this.page.click('#node-dialog-cancel');
    await this.page.locator(TRAY).waitFor({ state: 'detached' });
  }

  /** What the editor says against a node's settings. */
  async complaints(id: string): Promise<string[]> {
    return this.page.evaluate<string[]>(`RED.nodes.node(${JSON.stringify(id)}).validationErrors || []`);
  }

  async deploy(): Promise<void> {
    const deployed = this.page.waitForResponse(
      (answer) => answer.request().method() === 'POST' && answer.url().endsWith('/flows'),
    );
    await this.page.click('#red-ui-header-button-deploy');
    await deployed;
    await this.page.waitForFunction('!RED.nodes.dirty()');
  }

  /** Until the tray has slid in: it changes size meanwhile. */
  async settle(): Promise<void> {
    await this.page.waitForFunction(`!$('${TRAY}').is(':animated') && $('.red-ui-tray-body:visible').length > 0`);
    await this.page.evaluate(
      `Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null)))`,
    );
  }

  /** For a person to look at, in a whole run or of what has failed: `.cache/screenshots/<name>.png`. */
  async screenshot(name: string, hasFailed = false): Promise<void> {
    if (!isWholeRun && !hasFailed) return;
    mkdirSync(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }

  async close(): Promise<void> {
    await this.page.context().close();
    releaseChromium();
  }
}
