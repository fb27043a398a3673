/** The questions of hooks that wait for a flow's answer. */
import { randomBytes } from 'node:crypto';
import type { Node, NodeMessage } from 'node-red';
import { abortReason, BackupError, type HookCall } from '../../src/index.ts';
import { soon } from '../lib/input.ts';
import type { Runtime } from '../lib/runtime.ts';

interface Waiting {
  readonly nodeId: string;
  readonly message: HookMessage;
  readonly settle: (error: Error | null) => void;
}

/** What a hook sends into its flow; `hook_id` is what the answer is known by. */
interface HookMessage extends NodeMessage {
  readonly topic: string;
  readonly payload: HookCall;
  readonly hook_id: string;
}

export class HookCalls {
  readonly #runtime: Runtime;
  readonly #waiting = new Map<string, Waiting>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /**
   * Sends a hook's message from the instance that stands for its node now, and waits for the answer.
   *
   * @throws whatever the flow answers, or the signal's reason
   */
  async ask(node: Node, call: HookCall, signal: AbortSignal): Promise<void> {
    const speaker = await this.#runtime.successor(node);
    if (signal.aborted) throw abortReason(signal);
    if (speaker === undefined) throw new BackupError('hook_failed', 'Its node is not there any more.');
    const hookId = randomBytes(8).toString('hex');
    const message = { topic: `backup/create_backup/${call.when}_hooks`, payload: call, hook_id: hookId };
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        settle(abortReason(signal));
      };
      const settle = (error: Error | null): void => {
        this.#waiting.delete(hookId);
        signal.removeEventListener('abort', stop);
        if (error === null) resolve();
        else reject(error);
      };
      this.#waiting.set(hookId, { nodeId: node.id, message, settle });
      signal.addEventListener('abort', stop);
      tell(speaker, message);
    });
  }

  /** A deploy ends what a flow was doing, so the instance that takes a hook's place asks again what is still open. */
  askAgain(successor: Node): void {
    for (const { nodeId, message } of this.#waiting.values()) if (nodeId === successor.id) tell(successor, message);
  }

  /**
   * @param error - null for a success
   * @returns false when nobody waits for this answer (any more)
   */
  answer(hookId: string, error: Error | null): boolean {
    const waiting = this.#waiting.get(hookId);
    waiting?.settle(error);
    return waiting !== undefined;
  }
}

function tell(node: Node, message: HookMessage): void {
  soon(node, () => {
    node.send(structuredClone(message));
  });
}

const known = new WeakMap<Runtime, HookCalls>();

export function hookCalls(runtime: Runtime): HookCalls {
  const calls = known.get(runtime) ?? new HookCalls(runtime);
  known.set(runtime, calls);
  return calls;
}
