/** What the sidebar lives on besides answers: events to open editors, uploads and downloads as browsers make and break them. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdminNodeRed } from '../helpers/admin.ts';
import { createNode, tab, VERSIONS } from '../helpers/node-red.ts';

interface Told {
  readonly topic: string;
  readonly data: Record<string, unknown>;
}

/** What an open editor gets; a login is an access token. */
async function listen(
  red: AdminNodeRed,
  login: string,
): Promise<{ readonly told: Told[]; readonly close: () => void }> {
  const told: Told[] = [];
  const socket = new WebSocket(new URL('comms', red.red.running.url.replace('http', 'ws')));
  await new Promise((resolve) => {
    socket.addEventListener('open', resolve);
  });
  const ready = new Promise<void>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      const parsed: unknown = JSON.parse(String(data));
      if (Array.isArray(parsed)) {
        const all = parsed as readonly Told[];
        told.push(...all.filter(({ topic }) => topic.startsWith('nightkeep-backup/')));
      } else resolve();
    });
    socket.addEventListener('close', () => resolve());
  });
  socket.send(JSON.stringify({ auth: login }));
  await ready;
  socket.send(JSON.stringify({ subscribe: 'nightkeep-backup/#' }));
  return { told, close: () => socket.close() };
}

for (const [version, nodeRed] of Object.entries(VERSIONS)) {
  describe(`what the sidebar lives on, in a real ${version}`, function () {
    let red: AdminNodeRed;
    let folder: string;

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'nightkeep-live-'));
      writeFileSync(join(folder, 'noise.bin'), randomBytes(6 * 1024 * 1024));
      red = await AdminNodeRed.start({ userDir: folder, nodeRed, flows: [tab, createNode({ wires: [[], []] })] });
    });
    after(async () => {
      await red.red.stop('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    });

    const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
      for (let tries = 0; tries < 2400; tries++) {
        if (await isSo()) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`It did not come to that:\n${red.red.running.output()}`);
    };
    const ended = async (jobId: unknown): Promise<boolean> =>
      ((await red.got('backup/history'))['runs'] as { job_id: string }[]).some(({ job_id }) => job_id === jobId);
    const made = async (): Promise<{ readonly id: string; readonly file: string; readonly size: number }> => {
      const { job_id } = await red.post('backup/plans/create/create');
      await until(() => ended(job_id));
      const { backups } = await red.got('backup/list?at=local');
      const id = (backups as { backup_id: string }[])[0]?.backup_id ?? '';
      const { file, size } = await red.got(`backup/backups/${id}`);
      return { id, file: String(file), size: Number(size) };
    };
    const partials = (): string[] =>
      readdirSync(join(folder, 'backups')).filter((name) => name.startsWith('.nightkeep-partial~'));

    it('tells open editors of every stage and of what changed, without paths', async () => {
      const editor = await listen(red, 'reader');
      const { id } = await made();
      const of = (topic: string): Record<string, unknown>[] =>
        editor.told.filter((one) => one.topic === `nightkeep-backup/${topic}`).map(({ data }) => data);
      await until(() => of('changed').some(({ what }) => what === 'backups'));
      editor.close();
      const events = of('event');
      assert.ok(events.some(({ backup_stage }) => backup_stage === 'archive'));
      const last = events.find(({ event_type }) => event_type === 'completed');
      const backup = last?.['backup'] as Record<string, unknown>;
      assert.equal(backup['backup_id'], id);
      assert.equal(backup['sources'], undefined);
      assert.ok(of('changed').some(({ what }) => what === 'plans'));
    });

    it('tells nothing to who is not logged in', async () => {
      const stranger = await listen(red, 'nobody knows this');
      await made();
      stranger.close();
      assert.deepEqual(stranger.told, []);
    });

    it('leaves nothing of an upload whose sender goes away, and takes the next one', async () => {
      const { id, file, size } = await made();
      const { url } = await red.post(`backup/backups/${id}/ticket`, { at: 'local' });
      const { body: archive } = await red.ask(String(url), { login: 'nobody' });
      assert.equal(archive.length, size);
      await red.post(`backup/backups/${id}/delete`, { agent_ids: ['local'], confirm: true, last_copy: true });
      const headers = {
        authorization: 'Bearer admin',
        'content-type': 'application/octet-stream',
        'x-file-name': file,
      };
      const sending = request(new URL('backup/receive', red.red.running.url), {
        ...{ method: 'POST', agent: false },
        headers: { ...headers, 'content-length': String(size) },
      });
      sending.on('error', () => undefined);
      sending.write(archive.subarray(0, size / 2));
      await until(() => partials().length > 0);
      assert.equal(
        ((await red.got('backup/info'))['status'] as Record<string, unknown>)['manager_state'],
        'receive_backup',
      );
      sending.destroy();
      await until(() => partials().length === 0);
      await until(async () => {
        const runs = (await red.got('backup/history'))['runs'] as Record<string, unknown>[];
        return runs.at(-1)?.['manager_state'] === 'receive_backup' && runs.at(-1)?.['outcome'] === 'failed';
      });
      const { job_id } = await red.got('backup/receive', {
        method: 'POST',
        body: archive,
        headers: { 'x-file-name': file },
      });
      await until(() => ended(job_id));
      assert.equal((await red.got(`backup/backups/${id}`))['backup_id'], id);
    });

    it('stops reading a download that nobody wants any more, and its address is used up', async () => {
      const { id } = await made();
      const { url } = await red.post(`backup/backups/${id}/ticket`, {
        at: 'local',
        decrypted: true,
        path: 'node-red/noise.bin',
      });
      await new Promise<void>((resolve, reject) => {
        const asked = request(new URL(String(url), red.red.running.url), { agent: false }, (response) => {
          response.once('data', () => {
            asked.destroy();
            resolve();
          });
          response.on('error', () => undefined);
        });
        asked.on('error', reject);
        asked.end();
      });
      assert.equal((await red.ask(String(url), { login: 'nobody' })).status, 404);
      // What it read is free again: the backup can be deleted.
      await until(async () => {
        const body = { agent_ids: ['local'], confirm: true, last_copy: true };
        return (await red.ask(`backup/backups/${id}/delete`, { method: 'POST', body })).status === 200;
      });
      assert.ok(!red.red.running.output().includes('Uncaught'));
    });

    it('gives one file, whole, under a name that is safe', async () => {
      const { id } = await made();
      const path = 'node-red/noise.bin';
      const { url } = await red.post(`backup/backups/${id}/ticket`, { at: 'local', path });
      const { body, headers } = await red.ask(String(url), { login: 'nobody' });
      assert.equal(body.length, 6 * 1024 * 1024);
      assert.equal(headers['content-disposition'], `attachment; filename="noise.bin"; filename*=UTF-8''noise.bin`);
      assert.equal(headers['x-content-type-options'], 'nosniff');
    });

    it('shows the tree of a backup and its flows, without credentials', async () => {
      const { id } = await made();
      const tree = await red.got(`backup/backups/${id}/files?at=local`);
      const names = (tree['entries'] as { path: string; kind: string }[]).map(({ path, kind }) => `${kind} ${path}`);
      assert.deepEqual([names[0], tree['more']], ['directory node-red', null]);
      const found = await red.got(`backup/backups/${id}/files?at=local&search=NOISE`);
      assert.deepEqual(
        (found['entries'] as { path: string }[]).map(({ path }) => path),
        ['node-red/noise.bin'],
      );
      const { tabs, subflows, config } = await red.got(`backup/backups/${id}/flows?at=local`);
      const [first] = tabs as { id: string; nodes: { id: string }[] }[];
      assert.deepEqual([first?.id, first?.nodes.map((node) => node.id)], ['tab', ['tab', 'create']]);
      assert.deepEqual([subflows, config], [[], []]);
    });

    it('restores into Node-RED at its next start when that is confirmed, and can give it up before', async () => {
      const { id } = await made();
      const body = { agent_id: 'local', into: 'node-red', confirm: true };
      await red.post(`backup/backups/${id}/restore`, body);
      const waits = async (): Promise<boolean> =>
        ((await red.got('backup/info'))['restore'] as { state: string } | null)?.state === 'await_restart';
      await until(waits);
      assert.deepEqual(await red.post('backup/restore/cancel'), { canceled: true });
      assert.equal(await waits(), false);
      assert.ok(existsSync(join(folder, 'flows.json')));
    });
  });
}
