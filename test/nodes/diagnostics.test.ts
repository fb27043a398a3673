import assert from 'node:assert/strict';
import { heardFlow, smallCreate } from '../helpers/backup-nodes.ts';
import { agentSftp, backupKey } from '../helpers/dialog-nodes.ts';
import { nodeHost } from '../helpers/node-host.ts';
import type { FlowNode } from '../helpers/node-red.ts';
import { tempFolder } from '../helpers/temp-folder.ts';
import { generateKeyPair } from '../../src/index.ts';

const PASSWORD = 'Tr0ub4dor&3-of-the-nas';
const FROM_ENVIRONMENT = 'swordfish-in-the-environment';

describe('what backup-status gives', function () {
  const host = nodeHost();
  const folder = tempFolder();

  const asker = (id: string, format: string): FlowNode => ({
    id,
    type: 'backup-status',
    z: 'tab',
    format,
    x: 1,
    y: 1,
    wires: [['told']],
  });

  it('as diagnostics: settings, plans and history, and no secret anywhere', async () => {
    process.env['NIGHTKEEP_TEST_SECRET'] = FROM_ENVIRONMENT;
    const { identity } = await generateKeyPair();
    const create = smallCreate(folder(), {
      schedule: 'daily',
      // What should not be there and is.
      name: `nightly ${PASSWORD}`,
      backupName: `{{plan_name}} ${FROM_ENVIRONMENT}`,
      folder: '',
      template: `see https://me:${encodeURIComponent(PASSWORD)}@example.org and ${identity}`,
    });
    const nodes = heardFlow(create, asker('ask', 'diagnostics'), { ...agentSftp, wires: [[], []] }, { ...backupKey });
    await host.load(nodes, {
      sftp: { password: PASSWORD, passphrase: '${NIGHTKEEP_TEST_SECRET}' },
      key: { identity },
    });
    host.send('create', {});
    await host.hear('made');
    host.send('ask', { mine: 1 });
    const { payload } = await host.hear('told', ({ mine }) => mine === 1);
    const types = (payload['nodes'] as FlowNode[]).map(({ type }) => type).sort();
    assert.deepEqual(types, ['agent-sftp', 'backup-create', 'backup-key', 'backup-status']);
    assert.ok((payload['history'] as { outcome: string; size: number }[]).some(({ size }) => size > 0));
    assert.ok((payload['plans'] as { next_scheduled: string | null }[]).some((plan) => plan.next_scheduled !== null));
    const text = JSON.stringify(payload);
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), FROM_ENVIRONMENT, identity, 'AGE-SECRET-KEY']) {
      assert.ok(!text.includes(secret), `it holds ${secret}`);
    }
    assert.match(text, /\(hidden\)/);
  });

  it('as metrics that Prometheus reads', async () => {
    await host.load(
      heardFlow(smallCreate(folder(), { name: 'a "b"\\c', schedule: 'daily' }), asker('ask', 'prometheus')),
    );
    host.send('create', {});
    await host.hear('made');
    host.send('ask', { mine: 2 });
    const { payload } = await host.hear('told', ({ mine }) => mine === 2);
    const text = payload as unknown as string;
    for (const line of text.trimEnd().split('\n')) {
      assert.match(
        line,
        /^(# (HELP|TYPE) nightkeep_\w+ .+|nightkeep_\w+(\{(\w+="([^"\\]|\\["\\n])*",?)+\})? -?[\d.e+]+)$/,
      );
    }
    assert.match(text, /^nightkeep_last_failed\{plan_id="create",plan="a \\"b\\"\\\\c"\} 0$/m);
    assert.match(text, /^nightkeep_next_scheduled_seconds\{.*\} \d{10}$/m);
    assert.match(text, /^nightkeep_last_duration_seconds\{kind="create_backup"\} [\d.]+$/m);
  });

  it('as status: the next scheduled of all plans, and what is known of each', async () => {
    const second = smallCreate(folder(), { id: 'second', name: 'second', schedule: 'cron', scheduleCron: '0 * * * *' });
    await host.load(heardFlow(smallCreate(folder(), { schedule: 'daily' }), second, asker('ask', 'status')));
    host.send('create', {});
    await host.hear('made');
    host.send('ask', { mine: 3 });
    const { payload } = await host.hear('told', ({ mine }) => mine === 3);
    const plans = payload['plans'] as { plan_id: string; next_scheduled: string; last_completed: string | null }[];
    assert.deepEqual(plans.map(({ plan_id }) => plan_id).sort(), ['create', 'second']);
    const soonest = plans.find(({ plan_id }) => plan_id === 'second')?.next_scheduled;
    assert.equal(payload['next_scheduled_automatic_backup'], soonest);
    assert.notEqual(plans.find(({ plan_id }) => plan_id === 'create')?.last_completed, null);
    assert.deepEqual(payload['overdue'], []);
    assert.match(String(host.statuses('ask').at(-1)?.text), /^idle · \d\d-\d\d \d\d:\d\d · next \d\d-\d\d \d\d:00$/);
  });
});
