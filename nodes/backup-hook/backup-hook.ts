/** backup-hook: begins a flow before or after a backup, which waits for backup-continue. Wiring only. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { BackupError, toBackupError, type Hook, type HookCall } from '../../src/index.ts';
import { chosenNodes } from '../lib/chosen-nodes.ts';
import { hookCalls } from './hook-calls.ts';
import { readHookConfig } from '../lib/hook-config.ts';
import { inBackground } from '../lib/input.ts';
import { runtimeOf, type Runtime } from '../lib/runtime.ts';

export default function register(red: NodeAPI): void {
  const runtime = runtimeOf(red);

  red.nodes.registerType('backup-hook', function (this: Node, definition: NodeDef) {
    red.nodes.createNode(this, definition);
    runtime.enter(this);
    const { scope, problem, ...config } = readHookConfig(definition);
    if (problem !== null) this.error(new BackupError('invalid_request', problem));
    const isChosen = chosenNodes(this, scope);
    const name = this.name ?? '';
    const hook: Hook = {
      ...config,
      id: this.id,
      name: name === '' ? 'backup-hook' : name,
      wants: ({ node_id }) => isChosen(node_id),
      run: (call, signal) => run(this, { runtime, call, signal }),
    };
    const registered = runtime.engine().then((engine) => engine.registerHook(hook));
    inBackground(this, registered);
    this.on('close', (removed: boolean, done: () => void) => {
      runtime.leave(this, removed);
      inBackground(this, leave(this, runtime, registered));
      done();
    });
  });
}

/** Until the deploy is over the hook stays: most often the next instance takes its place, and what it waits for. */
async function leave(node: Node, runtime: Runtime, registered: Promise<() => void>): Promise<void> {
  const successor = await runtime.successor(node);
  (await registered.catch(() => null))?.();
  if (successor !== undefined) hookCalls(runtime).askAgain(successor);
}

interface Running {
  readonly runtime: Runtime;
  readonly call: HookCall;
  readonly signal: AbortSignal;
}

async function run(node: Node, { runtime, call, signal }: Running): Promise<void> {
  const show = async (status: Parameters<Node['status']>[0]): Promise<void> => {
    (await runtime.successor(node))?.status(status);
  };
  await show({ fill: 'blue', shape: 'ring', text: `${call.when}: waiting` });
  try {
    await hookCalls(runtime).ask(node, call, signal);
    await show({ fill: 'green', shape: 'dot', text: `${call.when}: done` });
  } catch (error) {
    inBackground(node, show({ fill: 'red', shape: 'ring', text: toBackupError(error, 'hook_failed').code }));
    throw error;
  }
}
