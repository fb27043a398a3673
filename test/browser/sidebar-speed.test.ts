import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentLocal } from '../helpers/dialog-nodes.ts';
import { Editor } from '../helpers/editor.ts';
import { createNode, tab, TestNodeRed, type FlowNode } from '../helpers/node-red.ts';
import { recordOf } from '../helpers/records.ts';
import { Sidebar } from '../helpers/sidebar.ts';

const BACKUPS = 5_000;
/**
 * The wanted figures are 300 ms and 50 frames a second, of a machine that does nothing else. Here other tests run beside it, and the
 * browser draws without a graphics card; without the rows being few it would be seconds, and one frame.
 */
const PAINT_MS = 300 * 3;
const FRAMES_PER_SECOND = 50 / 6;

/** Sidecars with archives of a few bytes: what is in them nobody reads. */
function fill(folders: readonly string[]): void {
  const archive = Buffer.alloc(64);
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  for (let index = 0; index < BACKUPS; index++) {
    const date = new Date(Date.UTC(2026, 0, 1) - index * 3_600_000);
    const utc = date.toISOString().replace(/[-:]|\.\d+/g, '');
    const backup_id = `${utc}-${index.toString(16).padStart(8, '0')}`;
    const record = recordOf(archive, {
      backup_id,
      file: `${backup_id}.nightly.tar.zst`,
      name: `nightly ${String(index)}`,
      date: date.toISOString(),
    });
    for (const folder of folders) {
      writeFileSync(join(folder, record.file), archive);
      writeFileSync(join(folder, `${backup_id}.json`), JSON.stringify(record));
    }
  }
}

/** How long it took from the answer that completes the list until its rows were painted, in milliseconds. */
const PAINT = `new Promise((done) => {
  let answered = 0, at = 0;
  $(document).on('ajaxSend', (event, request, { url }) => {
    if (url.startsWith('backup/list')) request.done(() => { answered++; at ||= performance.now(); });
  });
  RED.sidebar.show('nightkeep-backup');
  const look = () => {
    if (at > 0 && document.querySelectorAll('.nkb-row').length > 5) requestAnimationFrame(() => done(performance.now() - at));
    else requestAnimationFrame(look);
  };
  look();
})`;

/** Frames a second while the list runs by at 10,000 pixels a second, as after a hard push with a finger; then it jumps to its end. */
const scroll = (pixelsPerMs: number): string => `new Promise((done) => {
  const scroller = document.querySelector('.nkb-overview');
  const start = performance.now();
  let frames = 0, worst = Infinity;
  const step = () => {
    const past = performance.now() - start;
    frames++;
    scroller.scrollTop = past * ${String(pixelsPerMs)};
    worst = Math.min(worst, document.querySelectorAll('.nkb-row').length);
    if (past < 2000) requestAnimationFrame(step);
    else {
      scroller.scrollTop = scroller.scrollHeight;
      requestAnimationFrame(() => requestAnimationFrame(() => done({ frames: frames / (past / 1000), worst })));
    }
  };
  requestAnimationFrame(step);
})`;

describe('the Backups sidebar with 5,000 backups at 3 locations', function () {
  const folder = mkdtempSync(join(tmpdir(), 'nightkeep-many-'));
  const userDir = join(folder, 'user');
  let red: TestNodeRed;
  let editor: Editor;
  let sidebar: Sidebar;

  before(async () => {
    const disks = ['one', 'two'].map((name) => join(folder, name));
    fill([join(userDir, 'backups'), ...disks]);
    const nodes = disks.map((path, index): FlowNode => {
      const name = `disk ${String(index)}`;
      return { ...agentLocal, id: `disk${String(index)}`, name, folder: path, mounted: false, y: 300 + 100 * index };
    });
    red = await TestNodeRed.start({ userDir, flows: [tab, createNode({ wires: [[], []] }), ...nodes] });
    editor = await Editor.open(red.running.url, 'light');
    sidebar = new Sidebar(editor);
  });

  after(async () => {
    await (editor as Editor | undefined)?.close();
    await (red as TestNodeRed | undefined)?.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it('paints the list soon after it came', async () => {
    const ms = await editor.page.evaluate<number>(PAINT);
    console.log(`      first paint ${ms.toFixed(0)} ms after the first list came`);
    assert.ok(ms <= PAINT_MS, `${ms.toFixed(0)} ms`);
    await sidebar.element.getByText('5,000 backups', { exact: true }).waitFor();
    await sidebar.element.locator('.nkb-place-ready').nth(2).waitFor();
  });

  it('scrolls smoothly, and there are never more rows than are needed', async () => {
    await sidebar.setWidth(320);
    const measured = (pixelsPerMs: number): Promise<Record<'frames' | 'worst', number>> =>
      editor.page.evaluate<Record<'frames' | 'worst', number>>(scroll(pixelsPerMs));
    const still = (await measured(0)).frames;
    const { frames, worst } = await measured(10);
    console.log(`      ${frames.toFixed(0)} frames a second, ${still.toFixed(0)} while nothing moves`);
    await sidebar.element.locator(`.nkb-row[aria-posinset="${String(BACKUPS)}"]`).waitFor();
    assert.ok(worst > 5, 'rows were missing while it was scrolled');
    // A busy machine draws few even of what stands still.
    const wanted = Math.min(FRAMES_PER_SECOND, still / 4);
    assert.ok(frames >= wanted, `${frames.toFixed(1)} frames a second, ${still.toFixed(1)} while nothing moves`);
    assert.ok((await sidebar.rows().count()) < 60);
  });

  it('finds one of them as it is typed', async () => {
    await sidebar.element.getByRole('searchbox').fill('4999');
    await sidebar.element.getByText('1 of 5,000 backups').waitFor();
    await sidebar.rows().first().click();
    await sidebar.element.getByRole('heading', { name: 'nightly 4999' }).waitFor();
  });
});
