import type { Node, NodeMessageInFlow } from 'node-red';
import { toBackupError } from '../../src/index.ts';

export type Send = (message: unknown) => void;

export type InputHandler = (message: NodeMessageInFlow, send: Send) => Promise<void>;

/**
 * Wires a node's input. A promise that is rejected in an input handler ends Node-RED, so every failure is caught here and goes to
 * `done`, with a stable `code`.
 */
export function onInput(node: Node, handler: InputHandler): void {
  node.on('input', (message, send, done) => {
    handler(message, send as Send).then(
      () => {
        done();
      },
      (error: unknown) => {
        done(toBackupError(error));
      },
    );
  });
}

/** For what runs beside the input: a failure is logged and harms nothing. */
export function inBackground(node: Node, work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    node.error(toBackupError(error));
  });
}
