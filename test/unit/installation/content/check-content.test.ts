import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkHeader, type ContentVerdict } from '../../../../src/installation/content/check-content.ts';
import { readingOfFolder } from '../../../../src/installation/content/read-folder.ts';
import { sealedCredentials } from '../../../helpers/sealed-credentials.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';
import { put } from '../../../helpers/user-dir.ts';

const SECRET = 'secret';
const FLOWS = JSON.stringify([{ id: 'tab', type: 'tab' }]);
const SEALED = sealedCredentials({ node: { password: 'hush' } }, SECRET);
const RUNTIME = JSON.stringify({ _credentialSecret: SECRET });
const USER = 'node-red';

type Files = Readonly<Record<string, string>>;
type Fields = Readonly<Record<string, unknown>>;

const NAMED = { flow_file: `${USER}/flows.json` };
const SAID = { flow_file: '/data/flows.json', project: null, logins: [] };

describe('the check of what a backup holds', () => {
  const root = tempFolder();

  function verdictOf(files: Files, source: Fields = NAMED, installation: Fields | null = SAID): ContentVerdict {
    mkdirSync(join(root(), USER), { recursive: true });
    put(join(root(), USER), files);
    const header = { sources: [{ label: USER, ...source }], ...(installation !== null && { installation }) };
    return readingOfFolder(root(), checkHeader(header, true));
  }
  const codes = (verdict: ContentVerdict): unknown[] => verdict.problems.map(({ code, member }) => [code, member]);

  it('tells what Node-RED would load', () => {
    const verdict = verdictOf({ 'flows.json': FLOWS, 'flows_cred.json': SEALED, '.config.runtime.json': RUNTIME });
    const { file, nodes, credentials, credentialCount, problems, warnings } = verdict;
    assert.deepEqual([file, nodes?.length, credentials, credentialCount], [`${USER}/flows.json`, 1, 'decrypted', 1]);
    assert.deepEqual([problems, warnings], [[], []]);
  });

  for (const [what, flows, code] of [
    ['a byte order mark', `\uFEFF${FLOWS}`, null],
    ['no nodes', '[]', null],
    ['what is cut off', FLOWS.slice(0, 9), 'restore_failed'],
    ['blanks alone', '  \n', 'restore_failed'],
    ['the form of the admin API', `{"flows":${FLOWS},"rev":"1"}`, 'restore_failed'],
    ['null', 'null', 'restore_failed'],
    ['null among nodes', '[null]', 'restore_failed'],
    ['a node without a type', '[{"id":"a"}]', 'restore_failed'],
    ['nothing', '', 'no_flows'],
  ] as const) {
    it(`says ${code ?? 'yes'} to a flow file with ${what}`, () => {
      assert.deepEqual(codes(verdictOf({ 'flows.json': flows })), code === null ? [] : [[code, `${USER}/flows.json`]]);
    });
  }

  it('takes the kept copy of a file that is empty, as Node-RED does, and not of one that is not there', () => {
    const kept = {
      '.flows.json.backup': FLOWS,
      '.flows_cred.json.backup': SEALED,
      '.config.runtime.json.backup': RUNTIME,
    };
    const verdict = verdictOf({ 'flows.json': '', 'flows_cred.json': '', '.config.runtime.json': '', ...kept });
    assert.deepEqual([verdict.problems, verdict.nodes?.length, verdict.credentials], [[], 1, 'decrypted']);
    const names = ['flows.json', 'flows_cred.json', '.config.runtime.json'];
    assert.deepEqual(
      verdict.copies.map(({ file }) => file),
      names.map((name) => `${USER}/${name}`),
    );
    const other = { flow_file: `${USER}/other.json` };
    assert.deepEqual(codes(verdictOf({ '.other.json.backup': FLOWS }, other)), [['no_flows', `${USER}/other.json`]]);
  });

  for (const [what, credentials, state] of [
    ['plain', '{"node":{}}', 'plain'],
    ['of nobody', '{}', 'none'],
    ['an empty list', '[]', 'none'],
    ['blanks', ' \n', 'none'],
    ['marked', `\uFEFF${SEALED}`, 'decrypted'],
    ['sealed with another secret', sealedCredentials({ node: {} }, 'another'), 'unreadable'],
    ['sealed with more beside', SEALED.replace('}', ',"node":{}}'), 'decrypted'],
    ['no text where something sealed is', '{"$":5}', 'unreadable'],
    ['null', 'null', 'unreadable'],
    ['no JSON', SEALED.slice(0, 20), 'unreadable'],
  ] as const) {
    it(`finds credentials that are ${what} ${state}`, () => {
      const files = { 'flows.json': FLOWS, 'flows_cred.json': credentials, '.config.runtime.json': RUNTIME };
      const verdict = verdictOf(files);
      assert.equal(verdict.credentials, state);
      assert.deepEqual(codes(verdict), state === 'unreadable' ? [['restore_failed', `${USER}/flows_cred.json`]] : []);
    });
  }

  it('says no without the secret, and puts the one that fits before others', () => {
    const files = { 'flows.json': FLOWS, 'flows_cred.json': SEALED };
    assert.equal(verdictOf(files).credentials, 'unknown_secret');
    assert.match(verdictOf(files).problems[0]?.message ?? '', /does not carry their secret/);
    const carried = { ...NAMED, credential_secret: `${USER}-outside/s.json` };
    put(root(), { [`${USER}-outside/s.json`]: '{"credential_secret":"stale"}' });
    const { problems, secrets } = verdictOf({ ...files, '.config.runtime.json': RUNTIME }, carried);
    assert.deepEqual([problems, secrets], [[], [SECRET, 'stale']]);
  });

  describe('with a project', () => {
    const settings = { flowFile: 'flow.json', credentialsFile: 'cred.json' };
    const sealed = sealedCredentials({ node: {} }, 'its own');
    const config = JSON.stringify({ activeProject: 'p', projects: { p: { credentialSecret: 'its own' } } });
    const files = {
      'flows.json': '{',
      'projects/p/package.json': JSON.stringify({ 'node-red': { settings } }),
      'projects/p/flow.json': FLOWS,
      'projects/p/cred.json': sealed,
      '.config.projects.json': config,
    };
    const named = {
      name: 'p',
      flow_file: `${USER}/projects/p/flow.json`,
      credentials_file: `${USER}/projects/p/cred.json`,
    };

    for (const [what, said] of [
      ['that is said', { ...SAID, project: named }],
      ['of 0.1', null],
    ] as const) {
      it(`looks at its flows alone (${what})`, () => {
        const whole = verdictOf(files, NAMED, said);
        assert.deepEqual([whole.problems, whole.project, whole.credentials], [[], 'p', 'decrypted']);
        const broken = verdictOf({ ...files, 'projects/p/flow.json': '[' }, NAMED, said);
        assert.deepEqual(codes(broken), [['restore_failed', `${USER}/projects/p/flow.json`]]);
        const wrong = config.replace('its own', 'another');
        const sealedElse = verdictOf({ ...files, '.config.projects.json': wrong }, NAMED, said);
        assert.deepEqual(codes(sealedElse), [['restore_failed', `${USER}/projects/p/cred.json`]]);
      });
    }

    it('that is switched off looks at the flows of the settings', () => {
      assert.deepEqual(codes(verdictOf(files)), [['restore_failed', `${USER}/flows.json`]]);
    });

    it('that is not in the backup says no', () => {
      const { problems } = verdictOf({ 'flows.json': FLOWS, '.config.projects.json': config }, NAMED, null);
      assert.deepEqual(
        problems.map(({ code }) => code),
        ['no_flows'],
      );
      const elsewhere = { ...SAID, project: { name: 'p', flow_file: null, credentials_file: null } };
      assert.equal(verdictOf({ 'flows.json': FLOWS }, NAMED, elsewhere).problems[0]?.code, 'no_flows');
    });

    it('in the middle of a merge warns', () => {
      const merging = { ...files, 'projects/p/.git/MERGE_HEAD': 'x' };
      assert.match(verdictOf(merging, NAMED, null).warnings.join(), /middle of a merge/);
    });
  });

  it('says no to a backup that names no flow file, unless it says that there was none', () => {
    assert.deepEqual(codes(verdictOf({ 'lib/a': 'x' }, {}, null)), [['no_flows', null]]);
    const never = verdictOf({ 'lib/a': 'x' }, {});
    assert.deepEqual(never.problems, []);
    assert.match(never.warnings.join(), /Nothing was ever deployed/);
    assert.equal(verdictOf({ 'flows_a.json': FLOWS }, {}, null).file, `${USER}/flows_a.json`);
    const two = verdictOf({ 'flows_b.json': FLOWS }, {}, null);
    assert.match(two.problems[0]?.message ?? '', /flows_a\.json, node-red\/flows_b\.json/);
  });

  it('warns of files of the context with which Node-RED does not start', () => {
    const context = { 'a/flow.json': '{', 'a/b.json': '', 'global/global.json': 'null', 'c.json': '{', 'd/e.tmp': '{' };
    const files = Object.fromEntries(Object.entries(context).map(([name, text]) => [`context/${name}`, text]));
    const { warnings, problems } = verdictOf({ 'flows.json': FLOWS, ...files });
    assert.deepEqual(problems, []);
    assert.deepEqual(
      warnings.map((text) => text.split(' ')[0]),
      [`${USER}/context/a/flow.json`, `${USER}/context/global/global.json`],
    );
  });

  it('reads nothing outside the backup, wherever links lead', () => {
    writeFileSync(join(root(), 'theirs.json'), FLOWS);
    mkdirSync(join(root(), 'in', USER), { recursive: true });
    symlinkSync(join(root(), 'theirs.json'), join(root(), 'in', USER, 'flows.json'));
    const header = { sources: [{ label: USER, ...NAMED }], installation: SAID };
    const { problems } = readingOfFolder(join(root(), 'in'), checkHeader(header, true));
    assert.equal(problems[0]?.code, 'no_flows');
  });

  it('refuses what names no member', () => {
    for (const name of ['/etc/passwd', 'node-red/../x', 5]) {
      assert.throws(() => verdictOf({}, { flow_file: name }), { code: 'archive_corrupt' });
    }
  });

  it('asks nothing of a folder', () => {
    const verdict = readingOfFolder(root(), checkHeader({ sources: [{ label: 'data', kind: 'folder' }] }, true));
    assert.deepEqual([verdict.file, verdict.problems, verdict.warnings], [null, [], []]);
  });
});
