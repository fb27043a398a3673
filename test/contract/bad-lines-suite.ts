import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createSftpAgent } from '../../src/agents/sftp/sftp.ts';
import type { SftpSettings } from '../../src/agents/sftp/settings.ts';
import type { BackupAgent, OpenArchive } from '../../src/agents/agent.ts';
import { systemClock } from '../../src/clock.ts';
import { BackupError } from '../../src/errors.ts';
import { recordFigure } from '../helpers/figures.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { OTHER_ID, recordOf } from '../helpers/records.ts';
import { TcpProxy } from '../helpers/tcp-proxy.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const instanceId = '6f9619ff8b86d011b42d00c04fc964ff';
const CONTENT = randomBytes(24 * 1024 * 1024);
const CHUNK = 256 * 1024;

/** A server that can be reached directly: a proxy is put before it. */
export interface ServerOnALine {
  readonly port: number;
  settings(folder: string, changes?: Partial<SftpSettings>): SftpSettings;
}

/** What happens to transfers when the line to an SFTP server is cut, or falls silent. */
export function badLinesSuite(name: string, server: () => ServerOnALine): void {
  describe(`a bad line to ${name}`, function () {
    const folder = tempFolder();
    const record = recordOf(CONTENT);
    const signal = new AbortController().signal;
    let proxy: TcpProxy;
    let agent: BackupAgent;
    let place: string;

    beforeEach(async () => {
      place = mkdtempSync(join(folder(), 'place-'));
      proxy = await TcpProxy.start(server().port);
      const settings = server().settings(place, { port: proxy.port });
      agent = createSftpAgent({ id: 'nas', name: 'nas', settings, clock: systemClock, instanceId });
    });
    afterEach(async () => {
      await agent.close();
      await proxy.close();
    });

    const open: OpenArchive = (start = 0) => {
      const parts = [];
      for (let at = start; at < CONTENT.length; at += CHUNK) parts.push(CONTENT.subarray(at, at + CHUNK));
      return Promise.resolve(Readable.from(parts));
    };
    const upload = (stop: AbortSignal = signal): Promise<void> =>
      agent.upload(record, open, { signal: stop, onProgress: () => undefined });
    const partials = (): string[] => readdirSync(place).filter((name) => name.includes('partial'));
    const whole = async (): Promise<void> => {
      assert.deepEqual((await agent.list({ signal })).records, [record]);
      assert.ok(readFileSync(join(place, record.file)).equals(CONTENT));
      assert.ok((await buffer(await agent.download(record.backup_id, { signal }))).equals(CONTENT));
      assert.deepEqual(partials(), []);
    };
    /** Does it once so many bytes have gone out. */
    const at = (bytes: number, act: () => void): void => {
      proxy.onSent = (sent) => {
        if (sent < bytes) return;
        proxy.onSent = () => undefined;
        act();
      };
    };

    it('goes on where it was cut, and sends next to nothing again', async () => {
      at(CONTENT.length * 0.9, () => {
        proxy.cut();
      });
      await assert.rejects(upload(), (error) => error instanceof BackupError && error.temporary);
      assert.deepEqual((await agent.list({ signal })).records, []);
      const before = proxy.sent;
      await upload();
      await whole();
      const again = before + (proxy.sent - before) - CONTENT.length;
      const percent = (again / CONTENT.length) * 100;
      assert.ok(again < 6 * 1024 * 1024, `${String(again)} bytes were sent again`);
      recordFigure(
        `sent again after a cut at 90 % of an upload by SFTP to ${name}`,
        `${percent.toFixed(1)} % of 24 MiB`,
      );
    });

    it('is given up when the line falls silent, and goes on where it was', async () => {
      const controller = new AbortController();
      const before = CONTENT.length / 2;
      at(CONTENT.length / 2, () => {
        proxy.fallSilent();
        setTimeout(() => {
          controller.abort(new BackupError('timeout', 'No progress.', { temporary: true }));
        }, 500);
      });
      const started = performance.now();
      await assert.rejects(upload(controller.signal), { code: 'timeout' });
      assert.ok(performance.now() - started < 15_000, 'cleaning up has its limit');
      proxy.cut();
      proxy.sent = 0;
      await upload();
      await whole();
      assert.ok(proxy.sent < CONTENT.length - before + 6 * 1024 * 1024, `${String(proxy.sent)} bytes were sent again`);
    });

    it('goes on where it was also when it was its source that stood still', async () => {
      const controller = new AbortController();
      const half = CONTENT.length / 2;
      const end = (): void => {
        controller.abort(new BackupError('timeout', 'No progress.', { temporary: true }));
      };
      // Nothing more goes out from then on; the server confirms what it has.
      at(half, () => setTimeout(end, 500));
      const source = (): Promise<Readable> => {
        const standsStill = new Readable({ read: () => undefined });
        standsStill.push(CONTENT.subarray(0, half));
        return Promise.resolve(standsStill);
      };
      const given = { signal: controller.signal, onProgress: () => undefined };
      await assert.rejects(agent.upload(record, source, given), { code: 'timeout' });
      proxy.sent = 0;
      await upload();
      await whole();
      assert.ok(proxy.sent < half + 6 * 1024 * 1024, `${String(proxy.sent)} bytes were sent again`);
    });

    it('leaves nothing when it is canceled', async () => {
      const controller = new AbortController();
      at(CONTENT.length / 2, () => {
        controller.abort();
      });
      await assert.rejects(upload(controller.signal), { code: 'canceled' });
      assert.deepEqual(partials(), []);
    });

    it('tells of progress that the server has confirmed', async () => {
      const told: number[] = [];
      await agent.upload(record, open, {
        signal,
        onProgress: (bytes) => {
          told.push(bytes);
          assert.ok(bytes <= proxy.sent, 'told of before it was sent');
        },
      });
      assert.equal(told.at(-1), CONTENT.length);
    });

    it('removes within a day what nobody went on with', async () => {
      const settings = server().settings(place, { port: proxy.port });
      const clock = new FakeClock(Date.now());
      const other = createSftpAgent({ id: 'nas', name: 'nas', settings, clock, instanceId });
      at(CONTENT.length / 2, () => {
        proxy.cut();
      });
      const options = { signal, onProgress: (): void => undefined };
      await assert.rejects(other.upload(record, open, options), { code: 'agent_unreachable' });
      assert.equal(partials().length, 1);
      clock.advance(24 * 3_600_000);
      await other.upload(recordOf(CONTENT, { backup_id: OTHER_ID }), open, options);
      assert.deepEqual(partials(), []);
      await other.close();
    });

    it('starts again when what was there is gone', async () => {
      at(CONTENT.length / 2, () => {
        proxy.cut();
      });
      await assert.rejects(upload(), { code: 'agent_unreachable' });
      for (const name of partials()) rmSync(join(place, name));
      await upload();
      await whole();
    });

    it('is told as it is when the connection is cut during a download', async () => {
      await upload();
      const stream = await agent.download(record.backup_id, { signal });
      const reading = buffer(stream);
      stream.once('data', () => {
        proxy.cut();
      });
      await assert.rejects(reading, { code: 'agent_unreachable', temporary: true });
      await agent.list({ signal });
    });
  });
}
