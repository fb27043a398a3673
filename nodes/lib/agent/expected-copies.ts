/** Says to the engine which locations are to get a plan's backups, so that it notices when a copy does not come. */
import type { Node, NodeMessageInFlow } from 'node-red';
import type { BackupRecord, Engine, ExpectedCopy } from '../../../src/index.ts';
import type { Runtime } from '../runtime.ts';

/** An agent node that was sent a backup of a plan of this Node-RED is to get the plan's next ones as well. */
export function expectCopies(engine: Engine, message: NodeMessageInFlow, to: Omit<ExpectedCopy, 'planId'>): void {
  const { backup, manual } = message as { readonly backup?: Partial<BackupRecord> | null; readonly manual?: unknown };
  const { plan_id: planId, instance_id: instanceId } = backup ?? {};
  if (manual === true || typeof planId !== 'string' || instanceId !== engine.instanceId) return;
  engine.automation.expectCopy({ ...to, planId });
}

/** @returns a function that ends it; pass whether the node is gone, and not only this instance of it */
export function attend(runtime: Runtime, node: Node): (removed: boolean) => Promise<void> {
  const there = runtime.engine().then((engine) => engine.automation.nodeIsThere(node.id));
  // Told by whatever else of the node needs the engine.
  there.catch(() => undefined);
  return async (removed) => {
    const leave = await there.catch(() => null);
    leave?.();
    if (removed) (await runtime.engine()).automation.forgetNode(node.id);
  };
}
