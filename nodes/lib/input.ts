import type { Node, NodeMessageInFlow } from 'node-red';
import { systemClock, toBackupError } from '../../src/index.ts';

export type Send = (message: unknown) => void;

export type InputHandler = (message: NodeMessageInFlow, send: Send) => Promise<void>;

type Done = (error?: Error) => void;

/**
 * Wires a node's input. A promise that is rejected in an input handler ends Node-RED, so every failure is caught here and goes to
 * `done`, with a stable `code`.
 */
export function onInput(node: Node, handler: InputHandler): void {
  node.on('input', (message, send, done) => {
    inBackground(
      node,
      answer(() => handler(message, send as Send), done),
    );
  });
}

async function answer(work: () => Promise<void>, done: Done): Promise<void> {
  try {
    await work();
  } catch (error) {
    done(toBackupError(error));
    return;
  }
  done();
}

/** For what runs beside the input: a failure is logged and harms nothing. */
export function inBackground(node: Node, work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    try {
      node.error(toBackupError(error));
    } catch {
      // A listener of Node-RED's log failed: there is nobody left to tell.
    }
  });
}

/** Runs work after all that is going on now: a slow or failing flow must not hold up the job that an event tells of. */
export function soon(node: Node, work: () => unknown): void {
  systemClock.setTimer(0, () => {
    inBackground(
      node,
      Promise.resolve().then(() => work()),
    );
  });
}
