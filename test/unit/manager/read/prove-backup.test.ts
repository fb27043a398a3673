import assert from 'node:assert/strict';
import { chmodSync, existsSync, linkSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CredentialSecret, NodeRedSource } from '../../../../src/backup-request.ts';
import {
  openEngine,
  type BackupRecord,
  type Encryption,
  type Engine,
  type EngineOptions,
  type SourceSpec,
  type VerifyOptions,
  type VerifyReport,
} from '../../../../src/index.ts';
import { IDENTITY, RECIPIENT } from '../../../helpers/age.ts';
import { memoryAgent } from '../../../helpers/memory-agent.ts';
import { MemoryStore } from '../../../helpers/memory-store.ts';
import { backupRequest, copyRequest } from '../../../helpers/requests.ts';
import { sealedCredentials } from '../../../helpers/sealed-credentials.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const SECRET = 'the secret of settings.js';
const CREDENTIALS = { broker1: { user: 'me', password: 'hush' } };
const FLOWS = [
  { id: 'tab1', type: 'tab', label: 'Greenhouse' },
  { id: 'in1', type: 'mqtt in', z: 'tab1', broker: 'broker1', x: 1, y: 1, wires: [] },
  { id: 'tab2', type: 'tab', label: 'House' },
  { id: 'broker1', type: 'mqtt-broker', name: 'broker' },
];
const byHand: VerifyOptions = { drill: false, nodeId: null, automatic: false };
const drill: VerifyOptions = { ...byHand, drill: true };
const { signal } = new AbortController();

describe('the proof that a backup can be restored', function () {
  const folder = tempFolder();
  let engine: Engine;
  let options: EngineOptions;
  let failures: (string | null)[];

  const userDir = (): string => join(folder(), 'user');
  const write = (name: string, content: string): void => writeFileSync(join(userDir(), name), content);

  beforeEach(async () => {
    mkdirSync(join(userDir(), 'lib'), { recursive: true });
    write('flows.json', JSON.stringify(FLOWS));
    write('flows_cred.json', sealedCredentials(CREDENTIALS, SECRET));
    const inState = { stateDir: join(folder(), 'state'), localFolder: join(folder(), 'backups') };
    options = { ...inState, instanceName: 'greenhouse', nodeRedVersion: null };
    failures = [];
    await open();
  });
  afterEach(() => engine.close());

  async function open(): Promise<void> {
    engine = await openEngine(options);
    engine.events.subscribe(({ event_type, failed_reason }) => {
      if (event_type === 'failed') failures.push(failed_reason);
    });
  }

  const nodeRed = (secret: CredentialSecret | null = { from: 'settings', secret: SECRET }): NodeRedSource => ({
    ...{ kind: 'node-red', label: 'node-red', path: userDir(), exclude: [], flowFile: join(userDir(), 'flows.json') },
    ...{ settingsFile: null, includeNodeModules: false, credentialSecret: secret },
  });

  async function backUp(source: SourceSpec = nodeRed(), encryption: Encryption | null = null): Promise<BackupRecord> {
    const request = { sources: [source], folder: join(folder(), 'backups'), encryption, automatic: false } as const;
    return engine.create(backupRequest({ ...request, unreadable: 'fail' })).result;
  }

  const prove = async (source: SourceSpec, how = byHand): Promise<VerifyReport> => {
    const { backup_id } = await backUp(source);
    return engine.verify(backup_id, 'local', how).result;
  };
  const codes = ({ problems }: VerifyReport): unknown[] => problems.map(({ code, member }) => [code, member]);

  it('is given when flows and credentials can be loaded', async () => {
    const report = await prove(nodeRed());
    assert.deepEqual([report.ok, report.problems, report.credentials], [true, [], 'decrypted']);
    assert.deepEqual(failures, []);
    assert.ok(report.seconds > 0 && report.files > 0 && report.bytes > 0);
  });

  it('fails for flows that Node-RED could not load', async () => {
    write('flows.json', '[{"id":');
    const report = await prove(nodeRed());
    assert.deepEqual([report.ok, report.problems[0]?.code], [false, 'restore_failed']);
    assert.match(report.problems[0]?.message ?? '', /^node-red\/flows\.json: it is not JSON/);
    assert.deepEqual(failures, ['restore_failed']);
  });

  for (const [what, secret] of [
    ['another secret', { from: 'settings', secret: 'another' }],
    ['no encryption', { from: 'settings', secret: false }],
  ] as const) {
    it(`fails for credentials that are encrypted when the backup says ${what}`, async () => {
      const report = await prove(nodeRed(secret));
      assert.deepEqual(codes(report), [['restore_failed', 'node-red/flows_cred.json']]);
      assert.deepEqual([report.credentials, failures], ['unreadable', ['restore_failed']]);
      assert.ok(!JSON.stringify(report).includes(SECRET) && !JSON.stringify(report).includes('hush'));
    });
  }

  it('knows a secret that Node-RED made up, credentials that are not encrypted, none, and a secret that is not there', async () => {
    assert.equal((await prove(nodeRed(null))).credentials, 'unknown_secret');
    write('.config.runtime.json', JSON.stringify({ _credentialSecret: SECRET }));
    assert.equal((await prove(nodeRed(null))).credentials, 'decrypted');
    write('flows_cred.json', JSON.stringify(CREDENTIALS));
    assert.equal((await prove(nodeRed({ from: 'settings', secret: false }))).credentials, 'plain');
    write('flows_cred.json', '{}');
    assert.equal((await prove(nodeRed())).credentials, 'none');
    write('flows_cred.json', 'not JSON');
    assert.equal((await prove(nodeRed())).credentials, 'unreadable');
  });

  it('finds a flow file of another name, and one outside the user directory', async () => {
    write('mine.json', '[1]');
    const inside = await prove({ ...nodeRed(), flowFile: join(userDir(), 'mine.json') });
    assert.match(inside.problems[0]?.message ?? '', /^node-red\/mine\.json: /);
    const outside = join(folder(), 'elsewhere.json');
    writeFileSync(outside, '{}');
    const report = await prove({ ...nodeRed(), flowFile: outside });
    assert.match(report.problems[0]?.message ?? '', /^node-red-outside\/elsewhere\.json: /);
  });

  it('asks nothing of the flows of a folder, and none is made of a Node-RED without them', async () => {
    const folderOnly = await prove({ kind: 'folder', label: 'data', path: userDir(), exclude: [] });
    assert.deepEqual([folderOnly.ok, folderOnly.credentials], [true, null]);
    await assert.rejects(backUp({ ...nodeRed(), exclude: ['flows*.json'] }), { code: 'no_flows' });
    const { backups } = await engine.locations.list(signal);
    assert.equal(backups.length, 1);
  });

  describe('by a restore for a try', () => {
    const scratch = (): string[] => readdirSync(options.stateDir).filter((name) => name.startsWith('.nightkeep'));

    it('reads every file again, and leaves nothing', async () => {
      mkdirSync(join(userDir(), 'closed'));
      write('closed/file', 'x');
      write('empty', '');
      symlinkSync('/nowhere', join(userDir(), 'link'));
      linkSync(join(userDir(), 'empty'), join(userDir(), 'twin'));
      chmodSync(join(userDir(), 'closed'), 0o500);
      const stages: (string | null)[] = [];
      engine.events.subscribe(({ backup_stage, manager_state }) => {
        if (manager_state === 'verify_backup' && stages.at(-1) !== backup_stage) stages.push(backup_stage);
      });
      const report = await prove(nodeRed(), drill);
      assert.deepEqual([report.ok, report.problems], [true, []]);
      assert.deepEqual(stages, ['verify', 'extract', null]);
      assert.deepEqual(scratch(), []);
    });

    it('is canceled, and leaves nothing', async () => {
      const { backup_id } = await backUp();
      const job = engine.verify(backup_id, 'local', drill);
      engine.events.subscribe(({ backup_stage }) => {
        if (backup_stage === 'extract') job.cancel();
      });
      await assert.rejects(job.result, { code: 'canceled' });
      assert.deepEqual(scratch(), []);
    });
  });

  it('runs nothing that is in the backup, and warns of what keeps Node-RED from starting', async () => {
    const mark = join(folder(), 'was-run');
    const code = `require('fs').writeFileSync(${JSON.stringify(mark)}, ''); module.exports = {};`;
    write('settings.js', code);
    mkdirSync(join(userDir(), 'context/global'), { recursive: true });
    write('context/global/global.json', '{');
    const { backup_id } = await backUp({ ...nodeRed(), settingsFile: join(userDir(), 'settings.js') });
    await engine.close();
    // Where it is not known whose it is.
    engine = await openEngine({ ...options, stateDir: join(folder(), 'other') });
    const { ok, warnings, flows } = await engine.verify(backup_id, 'local', drill).result;
    assert.deepEqual([ok, flows], [true, { file: 'node-red/flows.json', nodes: FLOWS.length }]);
    assert.match(warnings.join(), /context\/global\/global\.json is not JSON/);
    await engine.flows({ backupId: backup_id, agentId: 'local', tabs: null }, signal);
    assert.equal(existsSync(mark), false);
  });

  it('is remembered for each copy, also after a restart', async () => {
    const store = new MemoryStore();
    const nas = memoryAgent('nas', store);
    engine.locations.register(nas);
    const { backup_id: backupId, file } = await backUp();
    await engine.copy(copyRequest('nas', { backupId })).result;
    const last = async (): Promise<unknown[]> => {
      const [backup] = (await engine.locations.list(signal)).backups;
      return ['local', 'nas'].map((id) => backup?.agents[id]?.last_verified?.ok ?? null);
    };
    assert.deepEqual(await last(), [null, null]);
    await engine.verify(backupId, 'local', null).result;
    store.failOn = (call) => (call.startsWith('read ') ? new Error('broken line') : null);
    await assert.rejects(engine.verify(backupId, 'nas', null).result, { code: 'agent_error' });
    assert.deepEqual(await last(), [true, null], 'a location that does not answer proves nothing');
    store.failOn = () => null;
    const bytes = store.files.get(file);
    bytes?.writeUInt8(bytes.readUInt8(bytes.length - 200) ^ 1, bytes.length - 200);
    assert.equal((await engine.verify(backupId, 'nas', null).result).ok, false);
    await engine.close();
    await open();
    engine.locations.register(memoryAgent('nas', store));
    assert.deepEqual(await last(), [true, false]);
    const [backup] = (await engine.locations.list(signal)).backups;
    assert.match(backup?.agents['nas']?.last_verified?.problem ?? '', /is damaged/);
  });

  it('is begun anew when what was remembered cannot be read', async () => {
    const { backup_id } = await backUp();
    await engine.verify(backup_id, 'local', null).result;
    const [name = ''] = readdirSync(join(options.stateDir, 'verified'));
    writeFileSync(join(options.stateDir, 'verified', name), '{"version": 1, "agent_id": 5}');
    const [backup] = (await engine.locations.list(signal)).backups;
    assert.equal(backup?.agents['local']?.last_verified, null);
    assert.ok(readdirSync(join(options.stateDir, 'verified')).includes(`${name}.corrupt-1`));
  });

  describe('flows of a backup', () => {
    it('are told, and given for import, also from elsewhere and encrypted', async () => {
      engine.keys.add({ identities: [IDENTITY], passphrases: [] });
      const encryption = { kind: 'recipients', recipients: [RECIPIENT] } as const;
      const { backup_id: backupId } = await backUp(nodeRed(), encryption);
      const nas = memoryAgent('nas');
      engine.locations.register(nas);
      await engine.copy(copyRequest('nas', { backupId })).result;
      for (const agentId of ['local', 'nas']) {
        const told = await engine.flows({ backupId, agentId, tabs: null }, signal);
        assert.equal(told.file, 'node-red/flows.json');
        assert.deepEqual(told.tabs, [
          { id: 'tab1', label: 'Greenhouse', disabled: false, nodes: 1 },
          { id: 'tab2', label: 'House', disabled: false, nodes: 0 },
        ]);
        assert.deepEqual(told.nodes, []);
        const { nodes } = await engine.flows({ backupId, agentId, tabs: ['Greenhouse'] }, signal);
        assert.deepEqual(nodes, [FLOWS[0], FLOWS[1], FLOWS[3]]);
      }
      const wrong = engine.flows({ backupId, agentId: 'nas', tabs: ['Cellar'] }, signal);
      await assert.rejects(wrong, { code: 'invalid_request', message: /no tab "Cellar"/ });
    });

    it('are missed where there are none, or none that can be loaded', async () => {
      const other = await backUp({ kind: 'folder', label: 'data', path: userDir(), exclude: [] });
      const read = ({ backup_id: backupId }: BackupRecord): Promise<unknown> =>
        engine.flows({ backupId, agentId: 'local', tabs: null }, signal);
      await assert.rejects(read(other), { code: 'invalid_request', message: /holds no flows/ });
      write('flows.json', '{}');
      await assert.rejects(read(await backUp()), { code: 'restore_failed', message: /not a list/ });
    });
  });
});
