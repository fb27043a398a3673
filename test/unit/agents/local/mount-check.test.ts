import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createLocalAgent, type LocalAgent } from '../../../../src/agents/local/local.ts';
import { systemClock } from '../../../../src/clock.ts';
import { recordOf } from '../../../helpers/records.ts';
import { withSmallDisk } from '../../../helpers/small-disk.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

describe('a folder that must be a disk of its own', () => {
  const folder = tempFolder();
  const signal = new AbortController().signal;
  const content = randomBytes(1000);
  const record = recordOf(content);

  const agentFor = (place: string): LocalAgent => {
    const instanceId = '6f9619ff8b86d011b42d00c04fc964ff';
    const agent = createLocalAgent({ id: 'usb', name: 'usb', folder: place, clock: systemClock, instanceId });
    agent.mustBeMounted(['/', folder()]);
    return agent;
  };
  const upload = (agent: LocalAgent): Promise<void> =>
    agent.upload(record, () => Promise.resolve(Readable.from([content])), { signal, onProgress: () => undefined });
  const notMounted = { code: 'location_not_mounted', temporary: true, message: /nothing is mounted there/ };

  it('takes backups while it is one, also in a folder below that is made', async () => {
    await withSmallDisk(join(folder(), 'usb'), async (disk) => {
      const agent = agentFor(join(disk, 'backups', 'here'));
      await upload(agent);
      assert.deepEqual((await agent.list({ signal })).records, [record]);
    });
  });

  it('is neither filled nor listed when nothing is mounted', async () => {
    const place = join(folder(), 'usb');
    mkdirSync(place);
    const agent = agentFor(join(place, 'backups'));
    await assert.rejects(upload(agent), notMounted);
    await assert.rejects(agent.list({ signal }), notMounted);
    assert.equal((await agent.check({ signal })).ok, false);
    assert.ok(!existsSync(join(place, 'backups')));
  });

  it('is used again when the disk comes back', async () => {
    const place = join(folder(), 'usb');
    const agent = agentFor(place);
    await withSmallDisk(place, () => upload(agent));
    await assert.rejects(upload(agent), notMounted);
    assert.deepEqual(readdirSync(place), []);
    execFileSync('rmdir', [place]);
    await withSmallDisk(place, async () => {
      await upload(agent);
      assert.deepEqual((await agent.list({ signal })).records, [record]);
    });
  });
});
