import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { applyAtOnce, undoAtOnce } from '../../../src/apply/at-once.ts';
import type { RestoreJournal } from '../../../src/apply/journal.ts';
import { filesIn, stagedRestore } from '../../helpers/staged-restore.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { put } from '../../helpers/user-dir.ts';

const [OLD, MINE] = ['old', 'mine'].map((label) => JSON.stringify([{ id: 'a', type: 'tab', label }])) as [
  string,
  string,
];
const HERE = `flows_${hostname()}.json`;
const HERE_CRED = `flows_${hostname()}_cred.json`;

describe('the flows that Node-RED loads after a restore at once', () => {
  const root = tempFolder();
  const data = (): string => join(root(), 'data');

  async function restore(files: Readonly<Record<string, string>>, flowFile: string): Promise<RestoreJournal> {
    mkdirSync(data(), { recursive: true });
    const fill = (staged: string): void => put(join(staged, 'node-red'), files);
    const roles = { flowFile: `node-red/${flowFile}`, credentialSecret: null, outside: [] };
    return (await applyAtOnce(data(), await stagedRestore(data(), [], fill, { roles }))).journal;
  }

  it('are those of the backup on a machine with another name, credentials too, and both are taken back', async () => {
    const theirs = {
      'settings.js': 'module.exports = {};',
      'flows_pi.json': OLD,
      'flows_pi_cred.json': '{"a":{}}',
    };
    const { problems, notes } = await restore(theirs, 'flows_pi.json');
    assert.deepEqual(problems, []);
    assert.match(notes.join(), /came there, too/);
    assert.deepEqual(filesIn(data()), { ...theirs, [HERE]: OLD, [HERE_CRED]: '{"a":{}}' });
    await undoAtOnce(data());
    assert.deepEqual(filesIn(data()), {});
  });

  it('are those of the backup when an argument had named them there, and others lie here', async () => {
    const mine = { 'flows.json': MINE, 'flows_cred.json': '{"mine":{}}', '.flows.json.backup': MINE };
    put(data(), mine);
    const settings = `module.exports = { flowFile: 'flows.json' };`;
    await restore({ 'settings.js': settings, 'argument.json': OLD }, 'argument.json');
    assert.deepEqual(filesIn(data()), { 'settings.js': settings, 'argument.json': OLD, 'flows.json': OLD });
    await undoAtOnce(data());
    assert.deepEqual(filesIn(data()), mine);
  });

  it('are left where they are when settings name them, whatever lies beside them', async () => {
    put(data(), { 'flows.json': MINE });
    const theirs = { 'settings.js': `module.exports = { flowFile: 'home.json' };`, 'home.json': OLD };
    const { problems, notes } = await restore(theirs, 'home.json');
    assert.deepEqual([problems, notes], [[], []]);
    assert.deepEqual(filesIn(data()), { ...theirs, 'flows.json': MINE });
  });

  it('are a problem when settings name a file elsewhere', async () => {
    const settings = `module.exports = { flowFile: '/nowhere/main.json' };`;
    const { problems } = await restore({ 'settings.js': settings, 'flows.json': OLD }, 'flows.json');
    assert.match(problems.join(), /from \/nowhere\/main\.json here.*--flow-file/);
  });
});
