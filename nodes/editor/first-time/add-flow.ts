/** Brings the first flow onto the canvas, as an import that Undo takes back, and deploys it when that was said. */
import type { Info } from '../answers.ts';
import { get, post } from '../api.ts';
import { after } from '../browser-clock.ts';
import { RED } from '../red.ts';
import { text } from '../text.ts';
import type { FirstFlow, Workshop } from './first-flow.ts';

const PAUSE_MS = 250;
const MOST_TRIES = 80;

export const workshop: Workshop = {
  newId: () => RED.nodes.id(),
  defaultsOf(type) {
    const { defaults = {} } = RED.nodes.getType(type) ?? {};
    // What is imported is the editor's own from then on, a default everybody's.
    return structuredClone(Object.fromEntries(Object.entries(defaults).map(([key, { value }]) => [key, value])));
  },
  nameOf: (what) => text(`firstTime.flow.${what}`),
};

export function addFlow({ nodes, tabId }: FirstFlow): void {
  RED.view.importNodes(nodes, {
    generateIds: false,
    addFlow: false,
    touchImport: true,
    notify: false,
  });
  RED.workspaces.show(tabId);
}

/** Whether a deploy would take along what somebody else has changed. */
export function hasOtherChanges(): boolean {
  return RED.nodes.dirty();
}

/**
 * As the Deploy button does, with its questions.
 *
 * @returns when it is deployed, which may be never
 */
export function deploy(): Promise<void> {
  return new Promise((resolve) => {
    const deployed = (): void => {
      RED.events.off('deploy', deployed);
      resolve();
    };
    RED.events.on('deploy', deployed);
    RED.actions.invoke('core:deploy-flows');
  });
}

/**
 * Waits for the node to be there first: a deploy is said to be done before its flows have started.
 *
 * @throws ApiError, or Error when the node does not start
 */
export async function startBackup(createId: string): Promise<void> {
  for (let tries = 0; !(await isThere(createId)); tries++) {
    if (tries === MOST_TRIES) throw new Error(text('firstTime.notStarted'));
    await new Promise<void>((resolve) => void after(PAUSE_MS, resolve));
  }
  await post(`create/${encodeURIComponent(createId)}`);
}

async function isThere(createId: string): Promise<boolean> {
  const { plans } = await get<Info>('info');
  return plans.some(({ node_id }) => node_id === createId);
}
