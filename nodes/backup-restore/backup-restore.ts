/** backup-restore: restores a backup to a folder, or into this Node-RED at its next start. Wiring only. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { Engine } from '../../src/index.ts';
import { followJobs } from '../lib/follow-jobs.ts';
import { inBackground, onInput } from '../lib/input.ts';
import { readRestoreConfig } from './restore-config.ts';
import { restoreWork, WAITING } from './restore-work.ts';
import { runWork } from '../lib/run-job.ts';
import { runtimeOf, type Runtime } from '../lib/runtime.ts';
import { StatusLine } from '../lib/status.ts';
import { checkTemplate } from '../lib/template.ts';

export default function register(red: NodeAPI): void {
  const runtime = runtimeOf(red);

  red.nodes.registerType('backup-restore', function (this: Node, definition: NodeDef) {
    red.nodes.createNode(this, definition);
    runtime.enter(this);
    const config = readRestoreConfig(definition);
    checkTemplate(this, config.template);
    const status = new StatusLine(this);
    const stop = followJobs(this, {
      runtime,
      template: config.template,
      status,
      begin: (engine) => {
        if (config.mode !== 'folder') showWaiting(this, engine);
      },
    });
    onInput(this, async (message, send) => {
      if ((message as { readonly cancel?: unknown }).cancel === true) {
        await cancelAll(runtime, this.id, config.mode === 'folder' ? this.id : null);
        return;
      }
      const asked = { red, node: this, config, message, runtime };
      await runWork(this, { message, send, runtime, status }, (engine) => restoreWork(engine, asked));
    });
    this.on('close', (removed: boolean, done: () => void) => {
      stop();
      runtime.leave(this, removed);
      if (removed) inBackground(this, cancelAll(runtime, this.id, this.id));
      done();
    });
  });
}

function showWaiting(node: Node, engine: Engine): void {
  if (engine.status().restore?.state.startsWith('await') === true) node.status(WAITING);
}

/** @param whose - the node whose restore may be one that waits for the next start; null for any */
async function cancelAll(runtime: Runtime, nodeId: string, whose: string | null): Promise<void> {
  const engine = await runtime.engine();
  for (const job of engine.jobs()) if (job.nodeId === nodeId) job.cancel();
  await engine.cancelRestore(runtime.userDir, whose);
}
