/** backup-continue: answers the hook whose message arrives, so that the backup goes on. Wiring only. */
import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { BackupError } from '../../src/index.ts';
import { hookCalls } from '../backup-hook/hook-calls.ts';
import { onInput } from '../lib/input.ts';
import { asText } from '../lib/message-values.ts';
import { runtimeOf } from '../lib/runtime.ts';

interface ContinueConfig extends NodeDef {
  /** `auto`: a failure when the message has `error`. */
  readonly answer?: 'auto' | 'success' | 'failure';
}

type Answer = NodeMessageInFlow & { readonly hook_id?: unknown; readonly error?: unknown };

export default function register(red: NodeAPI): void {
  const runtime = runtimeOf(red);

  red.nodes.registerType('backup-continue', function (this: Node, config: ContinueConfig) {
    red.nodes.createNode(this, config);
    const { answer = 'auto' } = config;
    onInput(this, (message: Answer) => {
      const hookId = asText(message.hook_id);
      if (hookId === '') {
        const what = 'The message comes from no backup-hook, or has lost its property hook_id.';
        throw new BackupError('invalid_request', `${what} Keep msg.hook_id on the way.`);
      }
      const error = failureOf(message, answer);
      if (hookCalls(runtime).answer(hookId, error)) {
        this.status(error === null ? GONE_ON : FAILED);
      } else {
        this.warn('Nobody waits for this answer: the hook was answered before, timed out, or its backup has ended.');
      }
      return Promise.resolve();
    });
  });
}

const GONE_ON = { fill: 'green', shape: 'dot', text: 'success' } as const;
const FAILED = { fill: 'red', shape: 'ring', text: 'failure' } as const;

function failureOf({ error }: Answer, answer: ContinueConfig['answer']): Error | null {
  const hasError = error !== undefined && error !== null && error !== '' && error !== false;
  if (answer === 'success' || (answer !== 'failure' && !hasError)) return null;
  const { message } = (hasError ? error : {}) as { readonly message?: unknown };
  return new Error(asText(message) || asText(error) || 'its flow answered with a failure');
}
