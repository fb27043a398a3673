import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GroupNotes, type GroupNote } from '../../../src/store/group-notes.ts';
import { BACKUP_ID } from '../../helpers/records.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const TIME = '2026-11-20T03:00:00.000+01:00';
const GROUP = { agent_id: 'sftp://nas/../x', instance_id: 'a'.repeat(32), plan_id: 'Every night ü' };
const NOTE: GroupNote = {
  ...GROUP,
  acknowledged: { at: TIME, newest: TIME },
  held: { reason: 'smaller', message: 'It is small.', since: TIME },
  removing: [BACKUP_ID],
};

describe('what retention remembers of a plan at a location', () => {
  const temp = tempFolder();
  let warnings: string[];
  const notes = (): GroupNotes =>
    new GroupNotes({ folder: temp(), instanceId: 'a'.repeat(32), warn: (message) => warnings.push(message) });
  const onlyFile = (): string => join(temp(), readdirSync(temp())[0] ?? '');

  beforeEach(() => {
    warnings = [];
  });

  it('is nothing at first', async () => {
    assert.deepEqual(await notes().get(GROUP), { ...GROUP, acknowledged: null, held: null, removing: [] });
    assert.deepEqual(await notes().all(), []);
  });

  it('is there after a restart, and gone when there is nothing to remember', async () => {
    await notes().write(NOTE);
    const other = { ...NOTE, plan_id: 'other', held: null };
    await notes().write(other);
    assert.deepEqual(await notes().get(GROUP), NOTE);
    assert.equal((await notes().all()).length, 2);
    for (const note of [NOTE, other]) await notes().write({ ...note, acknowledged: null, held: null, removing: [] });
    assert.deepEqual(readdirSync(temp()), []);
  });

  for (const [what, change] of [
    ['of another version', { version: 2 }],
    ['of another plan', { plan_id: 'another' }],
    ['without acknowledged', { acknowledged: undefined }],
    ['acknowledged at no time', { acknowledged: { at: 'then', newest: TIME } }],
    ['held for no known reason', { held: { ...NOTE.held, reason: 'whim' } }],
    ['removing what is no backup', { removing: ['../x'] }],
    ['removing a text', { removing: BACKUP_ID }],
  ] as const) {
    it(`is set aside when it is ${what}`, async () => {
      await notes().write(NOTE);
      const fields = JSON.parse(readFileSync(onlyFile(), 'utf8')) as object;
      writeFileSync(onlyFile(), JSON.stringify({ ...fields, ...change }));
      assert.equal((await notes().get(GROUP)).held, null);
      assert.equal(warnings.length, 1);
      assert.match(onlyFile(), /corrupt-1$/);
    });
  }
});
