/** Every admin route, for every login, asked rightly and wrongly, in a real Node-RED. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IDENTITY } from '../helpers/age.ts';
import {
  AdminNodeRed,
  LOGINS,
  ROUTE_LISTER,
  type AdminAnswer,
  type AdminRequest,
  type Login,
} from '../helpers/admin.ts';
import { isWholeRun } from '../helpers/figures.ts';
import { createNode, tab, VERSIONS, type FlowNode } from '../helpers/node-red.ts';

type Right = 'backup.read' | 'backup.write' | 'backup.download' | 'flows.write';
interface Asked extends AdminRequest {
  readonly path: string;
}

interface Row {
  /** As Express knows it. */
  readonly route: string;
  readonly rights: readonly Right[];
  /** Whether a page of another site is refused. */
  readonly guarded: boolean;
  /** Said to a good request. */
  readonly status: number;
  readonly good: (world: World) => Asked | Promise<Asked>;
  /** Each is wrong in one thing, with the status that is said to who may ask. */
  readonly bad?: (world: World) => readonly (readonly [string, Asked, number])[];
}

const NOWHERE = '20200101T000000Z-00000000';
const HOSTILE = encodeURIComponent('../../etc/passwd');
const MARKUP = encodeURIComponent('<img src=x onerror=alert(1)>');

const get = (path: string): Asked => ({ path, method: 'GET' });
const post = (path: string, body: unknown = {}): Asked => ({ path, method: 'POST', body });

/** What every POST with a JSON body refuses. */
const badBodies = (path: string): readonly (readonly [string, Asked, number])[] => [
  ['a list as body', post(path, []), 400],
  ['a text as type', { path, method: 'POST', body: {}, headers: { 'content-type': 'text/plain' } }, 415],
  [
    'what a form sends',
    { path, method: 'POST', body: {}, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    415,
  ],
];

/** What every route of one backup refuses. */
const badIds = (ask: (id: string) => Asked): readonly (readonly [string, Asked, number])[] => [
  ['a backup that is nowhere', ask(NOWHERE), 404],
  ['an id with ../', ask(HOSTILE), 400],
  ['an id with markup', ask(MARKUP), 400],
];

const ROWS: readonly Row[] = [
  { route: 'GET /backup/info', rights: ['backup.read'], guarded: false, status: 200, good: () => get('info') },
  { route: 'GET /backup/history', rights: ['backup.read'], guarded: false, status: 200, good: () => get('history') },
  {
    route: 'GET /backup/diagnostics',
    rights: ['backup.read'],
    guarded: false,
    status: 200,
    good: () => get('diagnostics'),
  },
  {
    ...{ route: 'GET /backup/list', rights: ['backup.read'], guarded: false, status: 200 },
    good: () => get('list?at=local'),
    bad: () => [
      ['no such location', get('list?at=nowhere'), 404],
      ['two locations', get('list?at=local&at=local'), 400],
    ],
  },
  {
    ...{ route: 'GET /backup/backups/:id', rights: ['backup.read'], guarded: false, status: 200 },
    good: ({ id }) => get(`backups/${id}`),
    bad: () => badIds((id) => get(`backups/${id}`)),
  },
  {
    ...{ route: 'GET /backup/kept', rights: ['backup.read'], guarded: false, status: 200 },
    good: () => get('kept?at=local'),
    bad: () => [
      ['no location', get('kept'), 400],
      ['no such location', get('kept?at=nowhere'), 404],
    ],
  },
  {
    ...{ route: 'POST /backup/plans/:planId/create', rights: ['backup.write'], guarded: true, status: 202 },
    good: () => post('plans/create/create'),
    bad: () => [
      ['no such plan', post('plans/nowhere/create'), 404],
      ['a plan with ../', post(`plans/${HOSTILE}/create`), 404],
      ['a form', { ...post('plans/create/create', 'x'), headers: { 'content-type': 'text/plain' } }, 415],
    ],
  },
  {
    ...{ route: 'POST /backup/create/:id', rights: ['backup.write'], guarded: true, status: 202 },
    good: () => ({ path: 'create/create', method: 'POST' }),
    bad: () => [
      ['no such node', post('create/nowhere'), 404],
      ['a node of another kind', post('create/keep'), 404],
    ],
  },
  {
    ...{ route: 'POST /backup/jobs/:jobId/cancel', rights: ['backup.write'], guarded: true, status: 202 },
    good: async ({ red }) => post(`jobs/${String((await red.post('backup/plans/create/create'))['job_id'])}/cancel`),
    bad: () => [['no such job', post('jobs/0000/cancel'), 404]],
  },
  {
    ...{ route: 'POST /backup/backups/:id/verify', rights: ['backup.write'], guarded: true, status: 202 },
    good: ({ id }) => post(`backups/${id}/verify`, { agent_id: 'local', drill: false }),
    bad: ({ id }) => [
      ...badIds((other) => post(`backups/${other}/verify`, { agent_id: 'local' })),
      ...badBodies(`backups/${id}/verify`),
      ['no location', post(`backups/${id}/verify`, {}), 400],
      ['no such location', post(`backups/${id}/verify`, { agent_id: 'nowhere' }), 404],
      ['a drill that is no flag', post(`backups/${id}/verify`, { agent_id: 'local', drill: 'yes' }), 400],
    ],
  },
  {
    ...{ route: 'POST /backup/backups/:id/copy', rights: ['backup.write'], guarded: true, status: 202 },
    good: ({ id, usb }) => post(`backups/${id}/copy`, { to: usb }),
    bad: ({ id, usb }) => [
      ...badIds((other) => post(`backups/${other}/copy`, { to: usb })),
      ...badBodies(`backups/${id}/copy`),
      ['no such location', post(`backups/${id}/copy`, { to: 'nowhere' }), 404],
      ['from where it is to go', post(`backups/${id}/copy`, { to: usb, from: usb }), 400],
      ['a number as location', post(`backups/${id}/copy`, { to: 5 }), 400],
    ],
  },
  {
    ...{ route: 'POST /backup/backups/:id/pin', rights: ['backup.write'], guarded: true, status: 200 },
    good: ({ id }) => post(`backups/${id}/pin`, { pinned: false }),
    bad: ({ id }) => [
      ...badIds((other) => post(`backups/${other}/pin`, { pinned: true })),
      ...badBodies(`backups/${id}/pin`),
      ['neither yes nor no', post(`backups/${id}/pin`, { pinned: 'true' }), 400],
    ],
  },
  {
    ...{
      route: 'POST /backup/backups/:id/delete',
      rights: ['backup.write', 'flows.write'],
      guarded: true,
      status: 200,
    },
    good: async ({ red, usb, id }) => {
      await red.post(`backup/backups/${id}/copy`, { to: usb });
      await idle(red);
      return post(`backups/${id}/delete`, { agent_ids: [usb], confirm: true });
    },
    bad: ({ id }) => [
      ...badIds((other) => post(`backups/${other}/delete`, { agent_ids: ['local'], confirm: true })),
      ...badBodies(`backups/${id}/delete`),
      ['not confirmed', post(`backups/${id}/delete`, { agent_ids: ['local'] }), 400],
      ['the last copy', post(`backups/${id}/delete`, { agent_ids: ['local'], confirm: true }), 400],
      ['no location', post(`backups/${id}/delete`, { agent_ids: [], confirm: true }), 400],
      ['no such location', post(`backups/${id}/delete`, { agent_ids: ['nowhere'], confirm: true }), 404],
    ],
  },
  {
    ...{
      route: 'POST /backup/backups/:id/restore',
      rights: ['backup.write', 'flows.write'],
      guarded: true,
      status: 202,
    },
    good: ({ id, folder }) => {
      const target = mkdtempSync(join(folder, 'out-'));
      return post(`backups/${id}/restore`, { agent_id: 'local', into: 'folder', target, paths: ['node-red/note.txt'] });
    },
    bad: ({ id, folder }) => [
      ...badIds((other) => post(`backups/${other}/restore`, { agent_id: 'local', into: 'folder', target: folder })),
      ...badBodies(`backups/${id}/restore`),
      ['neither folder nor node-red', post(`backups/${id}/restore`, { agent_id: 'local', into: 'moon' }), 400],
      ['no target', post(`backups/${id}/restore`, { agent_id: 'local', into: 'folder' }), 400],
      [
        'paths that are none',
        post(`backups/${id}/restore`, { agent_id: 'local', into: 'folder', target: 'x', paths: [1] }),
        400,
      ],
      ['into Node-RED, not confirmed', post(`backups/${id}/restore`, { agent_id: 'local', into: 'node-red' }), 400],
      ['no such location', post(`backups/${id}/restore`, { agent_id: 'x', into: 'node-red', confirm: true }), 404],
    ],
  },
  {
    ...{ route: 'POST /backup/restore/undo', rights: ['backup.write', 'flows.write'], guarded: true, status: 404 },
    // There was no restore.
    good: () => post('restore/undo', { confirm: true }),
    bad: () => [...badBodies('restore/undo'), ['not confirmed', post('restore/undo', { confirm: 1 }), 400]],
  },
  {
    ...{ route: 'POST /backup/restore/cancel', rights: ['backup.write', 'flows.write'], guarded: true, status: 200 },
    good: () => post('restore/cancel'),
  },
  {
    ...{ route: 'POST /backup/receive', rights: ['backup.write', 'flows.write'], guarded: true, status: 202 },
    good: async ({ red, archive, file, id }) => {
      await idle(red);
      await red.post(`backup/backups/${id}/delete`, { agent_ids: ['local'], confirm: true, last_copy: true });
      return upload(archive, file);
    },
    bad: ({ archive, file, id }) => [
      ['JSON', { ...post('receive'), headers: { 'x-file-name': file } }, 415],
      ['no type', { ...upload(archive, file), headers: { 'x-file-name': file, 'content-type': '' } }, 415],
      ['no name', { ...upload(archive, file), headers: {} }, 400],
      ['a name that is not encoded', upload(archive, '%zz'), 400],
      ['a sidecar', upload(archive, `${id}.json`), 400],
      ['nothing', upload(Buffer.alloc(0), file), 400],
      [
        'more than settings.js allows',
        { ...upload(archive, file), headers: { 'x-file-name': file, 'content-length': '5000000' } },
        413,
      ],
    ],
  },
  {
    ...{ route: 'GET /backup/backups/:id/files', rights: ['backup.download'], guarded: true, status: 200 },
    good: ({ id }) => get(`backups/${id}/files?at=local&folder=node-red`),
    bad: ({ id }) => [
      ...badIds((other) => get(`backups/${other}/files?at=local`)),
      ['no location', get(`backups/${id}/files`), 400],
      ['no such location', get(`backups/${id}/files?at=x`), 404],
      ['a page that is none', get(`backups/${id}/files?at=local&after=-1`), 400],
    ],
  },
  {
    ...{ route: 'GET /backup/backups/:id/flows', rights: ['backup.download'], guarded: true, status: 200 },
    good: ({ id }) => get(`backups/${id}/flows?at=local`),
    bad: ({ id }) => [
      ...badIds((other) => get(`backups/${other}/flows?at=local`)),
      ['no location', get(`backups/${id}/flows`), 400],
    ],
  },
  {
    ...{ route: 'POST /backup/backups/:id/ticket', rights: ['backup.download'], guarded: true, status: 200 },
    good: ({ id }) => post(`backups/${id}/ticket`, { at: 'local', decrypted: true }),
    bad: ({ id }) => [
      ...badIds((other) => post(`backups/${other}/ticket`, { at: 'local' })),
      ...badBodies(`backups/${id}/ticket`),
      ['no such location', post(`backups/${id}/ticket`, { at: 'nowhere' }), 404],
      [
        'a file that is to stay encrypted',
        post(`backups/${id}/ticket`, { at: 'local', path: 'node-red/note.txt' }),
        400,
      ],
    ],
  },
  {
    ...{ route: 'GET /backup/download/:token', rights: [], guarded: true, status: 200 },
    good: async ({ red, id }) => {
      const { url } = await red.post(`backup/backups/${id}/ticket`, { at: 'local' });
      return get(String(url).replace('backup/', ''));
    },
    bad: () => [['a token that is none', get('download/aaaa'), 404]],
  },
  {
    ...{ route: 'POST /backup/keys', rights: ['backup.write', 'flows.write'], guarded: true, status: 200 },
    good: () => post('keys'),
    bad: () => [['an identity that is none', post('keys', { identity: 'AGE-SECRET-KEY-1NONE' }), 400]],
  },
  {
    ...{ route: 'POST /backup/keys/kit', rights: ['backup.download', 'flows.write'], guarded: true, status: 200 },
    good: () => post('keys/kit', { identity: IDENTITY }),
    bad: () => [['no key', post('keys/kit', {}), 422]],
  },
  {
    ...{ route: 'POST /backup/agents/sftp/test', rights: ['backup.write', 'flows.write'], guarded: true, status: 200 },
    good: () => post('agents/sftp/test', { host: '127.0.0.1', port: '1' }),
  },
  {
    ...{ route: 'POST /backup/schedule/preview', rights: ['backup.read'], guarded: true, status: 200 },
    good: () => post('schedule/preview', { schedule: 'daily' }),
  },
  {
    ...{ route: 'POST /backup/retention/preview', rights: ['backup.read'], guarded: true, status: 200 },
    good: () => post('retention/preview', { keepDaily: '7' }),
  },
  {
    ...{ route: 'POST /backup/preview/name', rights: ['backup.write', 'flows.write'], guarded: true, status: 200 },
    good: () => post('preview/name', { backupName: 'mine' }),
  },
  {
    ...{ route: 'POST /backup/preview/sources', rights: ['backup.write', 'flows.write'], guarded: true, status: 200 },
    good: () => post('preview/sources', { nodeRed: true }),
  },
];

const upload = (body: Buffer, name: string): Asked => ({
  ...{ path: 'receive', method: 'POST', body },
  headers: { 'x-file-name': name },
});

/** What the rows are asked about. */
interface World {
  readonly red: AdminNodeRed;
  readonly folder: string;
  /** Of a backup that is encrypted, in the folder `local`. */
  readonly id: string;
  readonly file: string;
  readonly archive: Buffer;
  readonly usb: string;
}

/** Waits until every job that was begun has ended. A job is among those that run only when its work has begun. */
async function idle(red: AdminNodeRed): Promise<void> {
  for (let tries = 0; tries < 2400; tries++) {
    // Those that are seen to have ended are not asked for again: the history grows long, and this is asked hundreds of times.
    if (red.begun.length === 0) return;
    const runs = (await red.got('backup/history'))['runs'] as { job_id: string }[];
    const ended = new Set(runs.map(({ job_id }) => job_id));
    if (red.begun.every((jobId) => ended.has(jobId))) red.begun.length = 0;
    else await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Jobs do not end:\n${red.red.running.output()}`);
}

function flowOf(folder: string): FlowNode[] {
  const retention = { mode: 'rules', keepLast: '5', automaticOnly: true, dryRun: false, locations: null, plans: null };
  return [
    tab,
    { id: 'key', type: 'backup-key', name: '', kind: 'identity', recipient: '' },
    createNode({ wires: [['keep'], []], key: 'key', nodeRedExclude: '/out-*\n/usb' }),
    { id: 'keep', type: 'retention', z: 'tab', name: 'keep', ...retention, template: '', x: 1, y: 1, wires: [[], []] },
    {
      id: 'usb',
      type: 'agent-local',
      z: 'tab',
      name: 'usb',
      folder: join(folder, 'usb'),
      mounted: false,
      x: 1,
      y: 1,
      wires: [[], []],
    },
    { id: 'sftp', type: 'agent-sftp', z: 'tab', name: 'away', host: '', x: 1, y: 1, wires: [[], []] },
  ];
}

async function openWorld(nodeRed: string): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'nightkeep-admin-'));
  mkdirSync(join(folder, 'nodes'));
  writeFileSync(join(folder, 'nodes', 'list-routes.js'), ROUTE_LISTER);
  writeFileSync(join(folder, 'nodes', 'list-routes.html'), '<script type="text/html"></script>');
  writeFileSync(join(folder, 'note.txt'), 'a note\n');
  const settings = 'backupCreateMaxUpload: 4000000, credentialSecret: false,';
  writeFileSync(join(folder, 'flows_cred.json'), JSON.stringify({ key: { identity: IDENTITY } }));
  const red = await AdminNodeRed.start({ userDir: folder, nodeRed, flows: flowOf(folder), settings });
  try {
    return await fillWorld(red, folder);
  } catch (error) {
    await red.red.stop('SIGKILL');
    throw error;
  }
}

async function fillWorld(red: AdminNodeRed, folder: string): Promise<World> {
  await red.post('backup/plans/create/create');
  await idle(red);
  const { backups } = await red.got('backup/list?at=local');
  const [row] = backups as { backup_id: string; protected: boolean }[];
  assert.equal(row?.protected, true, red.red.running.output());
  const { file } = await red.got(`backup/backups/${row.backup_id}`);
  const archive = readFileSync(join(folder, 'backups', String(file)));
  const { locations } = await red.got('backup/info');
  const usb = (locations as { agent_id: string; folder: string }[]).find((place) => place.folder.endsWith('usb'));
  return { red, folder, id: row.backup_id, file: String(file), archive, usb: usb?.agent_id ?? '' };
}

function may(login: Login, rights: readonly Right[]): boolean {
  const has: readonly string[] = LOGINS[login] ?? [];
  if (rights.length === 0 || has.includes('*')) return true;
  return rights.every((right) => has.includes(right) || has.includes(right.split('.')[1] ?? ''));
}

/** Told in our own form, and kept nowhere. */
function assertTold(answer: AdminAnswer, status: number, what: string): void {
  assert.equal(answer.status, status, `${what}: ${answer.body.toString('utf8').slice(0, 500)}`);
  assert.equal(answer.headers['cache-control'], 'no-store', what);
  if (status < 400 || status === 401) return;
  assert.match(String(answer.headers['content-type']), /^application\/json/, what);
  const { error } = answer.json() as { error: { code: string; message: string } };
  assert.ok(error.code.length > 0 && error.message.length > 0, what);
}

for (const [version, nodeRed] of Object.entries(VERSIONS)) {
  describe(`the admin routes of a real ${version}`, function () {
    let world: World;
    const ask = ({ path, ...asked }: Asked, login: Login): Promise<AdminAnswer> =>
      world.red.ask(`backup/${path}`, { ...asked, login });

    before(async () => {
      world = await openWorld(nodeRed);
    });
    after(async () => {
      await world.red.red.stop('SIGKILL');
      rmSync(world.folder, { recursive: true, force: true });
    });

    it('are all in this table', async () => {
      const answer = await world.red.ask('test-routes');
      const there = (JSON.parse(answer.body.toString('utf8')) as string[]).toSorted();
      assert.deepEqual(there, ROWS.map(({ route }) => route).toSorted());
    });

    for (const row of ROWS)
      describe(row.route, () => {
        afterEach(() => idle(world.red));

        for (const login of Object.keys(LOGINS) as Login[])
          it(`${login}: ${may(login, row.rights) ? String(row.status) : 'is refused'}, whatever is asked`, async () => {
            const isAllowed = may(login, row.rights);
            const good = isAllowed ? await row.good(world) : { ...post('x'), ...(await pathOf(row, world)) };
            assertTold(await ask(good, login), isAllowed ? row.status : 401, 'a good request');
            await idle(world.red);
            for (const [what, asked, status] of row.bad?.(world) ?? []) {
              assertTold(await ask(asked, login), isAllowed ? status : 401, what);
            }
          });

        // What is asked how, and by whose page, is judged by our own code, the same in each version.
        if (version !== 'Node-RED 5' && !isWholeRun) return;

        it('takes no other method', async () => {
          const { path } = await pathOf(row, world);
          const [own = ''] = row.route.split(' ');
          const shared = ROWS.filter(({ route }) => route.split(' ')[1] === row.route.split(' ')[1]);
          const all = shared.map(({ route }) => route.split(' ')[0]);
          for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'].filter((name) => !all.includes(name))) {
            const answer = await ask({ path, method }, 'admin');
            assertTold(answer, 405, method);
            assert.equal(answer.headers.allow, own);
          }
        });

        for (const [how, headers] of [
          ['Sec-Fetch-Site', { 'sec-fetch-site': 'cross-site' }],
          ['Sec-Fetch-Site, of a neighbour', { 'sec-fetch-site': 'same-site' }],
          ['Origin', { origin: 'http://evil.example' }],
          ['Origin that hides', { origin: 'null' }],
          [
            'Origin behind a proxy that nobody trusts',
            { origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' },
          ],
        ] as const)
          it(`${row.guarded ? 'refuses' : 'reads for'} a page of another site: ${how}`, async () => {
            for (const login of ['nobody', 'admin'] as const) {
              const asked = await (row.guarded ? { ...post('x'), ...(await pathOf(row, world)) } : row.good(world));
              const [method] = row.route.split(' ');
              const answer = await ask(
                { ...asked, method: method ?? '', headers: { ...asked.headers, ...headers } },
                login,
              );
              const status = may(login, row.rights) ? row.status : 401;
              assertTold(answer, row.guarded ? 403 : status, login);
            }
            assert.equal((await runningJobs()).length, 0);
          });

        it('answers its own pages', async () => {
          const { host } = new URL(world.red.red.running.url);
          for (const headers of [
            { 'sec-fetch-site': 'same-origin' },
            { 'sec-fetch-site': 'none' },
            { origin: `http://${host}` },
          ]) {
            const asked = await row.good(world);
            assertTold(await ask({ ...asked, headers: { ...asked.headers, ...headers } }, 'admin'), row.status, 'own');
            await idle(world.red);
          }
        });
      });

    const runningJobs = async (): Promise<readonly unknown[]> =>
      ((await world.red.got('backup/info'))['status'] as { jobs: unknown[] }).jobs;

    it('tells no key and no path of another machine anywhere it answers who may only read', async () => {
      for (const path of [
        'info',
        'list',
        'list?at=local',
        'history',
        'kept?at=local',
        `backups/${world.id}`,
        'diagnostics',
      ]) {
        const { body } = await world.red.ask(`backup/${path}`, { login: 'reader' });
        assert.ok(!body.toString('utf8').includes(IDENTITY.slice(20)), path);
      }
      assert.ok(!world.red.red.running.output().includes(IDENTITY.slice(20)));
    });

    it('leave nothing but what was asked for', () => {
      assert.ok(existsSync(join(world.folder, 'backups', world.file)));
    });
  });
}

/** Where a row's route is, without doing anything there. */
async function pathOf({ route }: Row, world: World): Promise<{ readonly path: string; readonly method: string }> {
  await Promise.resolve();
  const [method = '', path = ''] = route.split(' ');
  const filled = path
    .replace('/backup/', '')
    .replace('create/:id', 'create/create')
    .replace(':id', world.id)
    .replace(':planId', 'create')
    .replace(':jobId', 'job')
    .replace(':token', 'token');
  return { path: filled, method };
}
