import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  lastWordAtOnce,
  lastWordAtStart,
  type Expected,
  type LastWord,
  type Stopped,
} from '../../../src/apply/will-load.ts';
import { sealedCredentials } from '../../helpers/sealed-credentials.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { put } from '../../helpers/user-dir.ts';

const FLOWS = JSON.stringify([
  { id: 'tab', type: 'tab' },
  { id: 'node', type: 'inject' },
]);
const CREDENTIALS = sealedCredentials({ node: { password: 'hush' } }, 'secret');
const SETTINGS = (more = ''): string => `module.exports = { flowFile: 'flows.json', ${more} };`;
const ADMIN = 'adminAuth: { type: "credentials", users: [] }';

const EXPECTED: Expected = {
  nodes: 2,
  flowsSha256: createHash('sha256').update(FLOWS).digest('hex'),
  credentials: 1,
  project: null,
  logins: [],
};

describe('the last word of a restore', () => {
  const folder = tempFolder();
  const stopped = (): Stopped => ({ userDir: folder(), settingsFile: null, flowFile: null });
  const whole = {
    'flows.json': FLOWS,
    'flows_cred.json': CREDENTIALS,
    'settings.js': SETTINGS(),
    '.config.runtime.json': '{"_credentialSecret":"secret"}',
    'context/global/global.json': '{}',
  };

  const word = (
    files: Readonly<Record<string, string>>,
    expected: Partial<Expected> = {},
    missing: readonly string[] = [],
  ): Promise<LastWord> => {
    put(folder(), { ...whole, ...files });
    return lastWordAtOnce(stopped(), { ...EXPECTED, ...expected }, missing);
  };

  it('says what Node-RED will load', async () => {
    const { problems, notes } = await word({ 'settings.js': SETTINGS(ADMIN) }, { logins: ['adminAuth'] });
    assert.deepEqual(problems, []);
    assert.deepEqual(notes, [
      `Node-RED will load ${folder()}/flows.json with 2 nodes; 1 of 1 credentials decrypt; logins: adminAuth; project: none; ` +
        'context: 1 file; modules missing: none.',
    ]);
  });

  for (const [what, files, expected, text] of [
    [
      'another flow file',
      { 'settings.js': SETTINGS().replace('flows', 'mine'), 'mine.json': '[]' },
      {},
      /2 nodes, and Node-RED will load .*mine\.json: that has 0 nodes/,
    ],
    [
      'a flow file that is not there',
      { 'settings.js': SETTINGS().replace('flows', 'none') },
      {},
      /none\.json: it is not there/,
    ],
    ['flows that are broken', { 'flows.json': '{' }, {}, /it is not JSON/],
    [
      'credentials of another secret',
      { '.config.runtime.json': '{"_credentialSecret":"no"}' },
      {},
      /credentials of 1 node, and Node-RED will read those of 0/,
    ],
    ['fewer credentials', { 'flows_cred.json': '{}' }, {}, /credentials of 1 node/],
    ['a project that is not there', {}, { project: 'mine', flowsSha256: 'x' }, /in its project mine/],
    [
      'no login',
      {},
      { logins: ['adminAuth', 'https'] },
      /^The Node-RED of the backup had adminAuth, https .* have not/,
    ],
    [
      'settings that cannot be asked',
      { 'settings.js': 'throw new Error("no")' },
      { logins: ['adminAuth'] },
      /not known whether/,
    ],
    [
      'a page that is open',
      { 'settings.js': SETTINGS('httpNodeRoot: "/"') },
      { logins: ['httpNodeRoot'] },
      /httpNodeRoot/,
    ],
  ] as const) {
    it(`finds ${what}, before all else`, async () => {
      const { problems } = await word(files, expected);
      assert.match(problems[0] ?? '', text);
      assert.match(problems.at(-1) ?? '', /--undo/);
    });
  }

  it('finds several flow files of which none is in force', async () => {
    const { problems } = await word({
      'settings.js': 'module.exports = {}',
      'flows_a.json': '[]',
      'flows_b.json': '[]',
    });
    assert.match(problems[0] ?? '', /not known what Node-RED will load/);
  });

  it('takes the default settings where there are none', async () => {
    put(folder(), { 'flows_old.json': FLOWS });
    const { problems, notes } = await lastWordAtOnce(stopped(), { ...EXPECTED, credentials: 0 }, []);
    assert.match(problems[0] ?? '', /will load \S+\/flows\.json: it is not there/);
    assert.match(notes.join(), /Node-RED makes its own/);
  });

  it('goes by the files that are known to be in use, before those that lie there', async () => {
    const outside = join(folder(), 'etc/settings.js');
    put(folder(), { 'etc/settings.js': `module.exports = { flowFile: 'home.json', ${ADMIN} };`, 'home.json': FLOWS });
    put(folder(), { 'settings.js': SETTINGS(), 'flows.json': '[]' });
    const expected = { ...EXPECTED, credentials: 0, logins: ['adminAuth'] };
    const { problems, notes } = await lastWordAtOnce({ ...stopped(), settingsFile: outside }, expected, []);
    assert.deepEqual(problems, []);
    assert.match(notes.join(), /will load \S+\/home\.json with 2 nodes; .* logins: adminAuth/);
    const named = { ...stopped(), flowFile: join(folder(), 'home.json') };
    assert.deepEqual((await lastWordAtOnce(named, { ...expected, logins: [] }, [])).problems, []);
  });

  it('does not ask for the place of the editor', async () => {
    assert.deepEqual((await word({}, { logins: ['httpAdminRoot'] })).problems, []);
  });

  it('names modules that are missing', async () => {
    const { problems } = await word({}, {}, ['node-red-contrib-x@1']);
    assert.match(problems[0] ?? '', /^Not installed: node-red-contrib-x@1/);
  });

  it('is said at a start as well, by the Node-RED that starts', () => {
    put(folder(), whole);
    const base = { userDir: folder(), settingsFile: null, projects: false, activeProject: null };
    const environment = { ...base, flowFile: `${folder()}/flows.json`, secret: 'secret', guards: ['https'] };
    const fine = lastWordAtStart(environment, { ...EXPECTED, logins: ['https'] }, []);
    assert.deepEqual(fine.problems, []);
    const open = lastWordAtStart({ ...environment, guards: [] }, { ...EXPECTED, logins: ['https'] }, []);
    assert.match(open.problems[0] ?? '', /had https in its settings/);
  });
});
