/** What a user does in a running Node-RED. */
import { untilSo } from '../pass-time.ts';
import type { FlowNode, TestNodeRed } from '../node-red.ts';

const starts = (red: TestNodeRed): number => red.running.output().split('Started flows').length;

/** Deploys, and waits until the flows run: Node-RED answers before they do. */
export async function deploy(red: TestNodeRed, flows: readonly FlowNode[]): Promise<void> {
  const before = starts(red);
  await red.deploy(flows);
  await untilSo(() => starts(red) > before, 'flows started after a deploy');
}

/** Presses the button of an inject. @param props - in place of its own */
export async function press(red: TestNodeRed, inject: string, props?: Readonly<Record<string, string>>): Promise<void> {
  const asked = Object.entries(props ?? {}).map(([p, v]) => ({ p, v, vt: 'str' }));
  const answer = await red.post(`inject/${inject}`, props === undefined ? {} : { __user_inject_props__: asked });
  if (!answer.ok) throw new Error(`The inject ${inject} cannot be pressed: ${String(answer.status)}`);
}
