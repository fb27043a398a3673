import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupRecord } from '../../src/index.ts';
import { checkDialog, inEditors, openTab } from '../helpers/editor-suite.ts';
import { createNode, tab, type FlowNode } from '../helpers/node-red.ts';
import { retentionNode } from '../helpers/retention-node.ts';

const FLOWS: readonly FlowNode[] = [
  tab,
  createNode({ wires: [['retention'], []] }),
  retentionNode('retention', { keepDaily: '7', keepWeekly: '4', keepMonthly: '6', wires: [[], []] }),
];

const DAY_MS = 86_400_000;

inEditors('retention', FLOWS, ({ editor, userDir, shoot, isInFull }) => {
  const preview = () => editor().page.locator('#retention-preview');
  const text = (pattern: RegExp): Promise<void> => preview().filter({ hasText: pattern }).waitFor();
  const fill = (field: string, value: string): Promise<void> => editor().page.fill(`#node-input-${field}`, value);
  const colours = (where: string): Promise<number> =>
    preview().locator(`${where} .retention-backup[style*="--retention-colour"]`).count();

  /** A backup of each of the last nights: copies of one that Node-RED made, under the names they would have. */
  async function makeNights(count: number): Promise<void> {
    await editor().page.click('[id="create"] .red-ui-flow-node-button');
    await editor()
      .page.locator('[id="create"] .red-ui-flow-node-status-label')
      .filter({ hasText: /\d\d:\d\d · \d/ })
      .waitFor();
    const folder = join(userDir(), 'backups');
    const sidecar = readdirSync(folder).find((name) => /^\d.*\.json$/.test(name)) ?? '';
    const record = JSON.parse(readFileSync(join(folder, sidecar), 'utf8')) as BackupRecord;
    const archive = readFileSync(join(folder, record.file));
    for (let night = 1; night <= count; night++) {
      const date = new Date(Date.parse(record.date) - night * DAY_MS).toISOString();
      const backup_id = `${date.slice(0, 19).replace(/[-:]/g, '')}Z-${String(night).padStart(8, '0')}`;
      const file = record.file.replace(record.backup_id, backup_id);
      const copy = { ...record, backup_id, file, date, automatic: true, pinned: night === 30 };
      writeFileSync(join(folder, file), archive);
      // As if it had been made here; but for the oldest.
      const made = join(userDir(), '.nightkeep', 'made');
      if (night < count)
        writeFileSync(join(made, `${backup_id}.${record.size}.${record.sha256}.${'c'.repeat(64)}`), '');
      writeFileSync(join(folder, `${backup_id}.json`), JSON.stringify(copy));
    }
  }

  it("shows what the rules keep of a year and of today's backups, and again when they change", async () => {
    await makeNights(40);
    await editor().edit('retention');
    await text(/The last backup of each of the newest 7 days, 4 weeks and 6 months/);
    await text(/A year of nightly backups: 1[3-6] are left, the oldest of \d{4}-\d\d-\d\d\./);
    assert.equal(await preview().locator('.retention-year .retention-backup').count(), 365);
    assert.equal(await preview().locator('.retention-today .retention-backup').count(), 41);
    await text(/Held: Backup \S+-00000040 bears this machine's id, but was not made here/);
    await shoot('retention-held');
    await editor().cancel();
    for (const name of readdirSync(join(userDir(), 'backups')).filter((each) => each.includes('-00000040'))) {
      rmSync(join(userDir(), 'backups', name));
    }
    await editor().edit('retention');
    await text(/backups, today: 1[0-9] of 40 stay/);
    const few = await colours('.retention-year');
    await shoot('retention-rules');
    await fill('keepWeekly', '52');
    await fill('keepWithin', '2m');
    await text(/52 weeks/);
    assert.ok((await colours('.retention-year')) > few);
    await shoot('retention-more');
    await checkDialog(editor(), 'retention');
    await openTab(editor(), 'retention', 'where');
    await editor().page.selectOption('#retention-locations-choice', 'chosen');
    await editor()
      .page.locator('#retention-locations-list .red-ui-treeList-label')
      .filter({ hasText: 'nightly' })
      .first()
      .click();
    await editor().page.selectOption('#retention-plans-choice', 'chosen');
    await shoot('retention-where');
    await checkDialog(editor(), 'retention');
    await editor().done();
  });

  if (!isInFull) return;

  it('says what is wrong while it is typed, and at the node', async () => {
    await editor().edit('retention');
    await fill('keepDaily', '1.5');
    await text(/keep_daily: "1\.5" is not a whole number/);
    await fill('keepWithinWeekly', '2w');
    await openTab(editor(), 'retention', 'where');
    await editor().page.selectOption('#retention-plans-choice', 'chosen');
    await editor().done();
    assert.equal((await editor().complaints('retention')).length, 3);
  });

  it('shows no rules where only expired ones are removed, and warns when there are none', async () => {
    await editor().edit('retention');
    for (const field of ['keepDaily', 'keepWeekly', 'keepMonthly']) await fill(field, '');
    await text(/No rules: everything is kept\./);
    await editor().page.selectOption('#node-input-mode', 'expired');
    await editor().page.locator('#retention-rules').waitFor({ state: 'hidden' });
    await shoot('retention-expired');
    await editor().done();
    assert.deepEqual(await editor().complaints('retention'), []);
    await editor().edit('retention');
    assert.equal(await editor().page.inputValue('#node-input-mode'), 'expired');
    await editor().cancel();
  });
});
