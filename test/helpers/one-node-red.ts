import { join } from 'node:path';
import type { StartOptions } from '../../scripts/start-node-red.ts';
import { TestNodeRed, type FlowNode } from './node-red.ts';
import { tempFolder } from './temp-folder.ts';

type Options = Partial<Omit<StartOptions, 'userDir' | 'flows' | 'nodeRed'>>;

export interface OneNodeRed {
  /** Of the test; the user directory lies in it. */
  readonly folder: () => string;
  readonly userDir: () => string;
  /** On the user directory of the test: a second start finds what the first has left. */
  readonly start: (flows: readonly FlowNode[], options?: Options) => Promise<TestNodeRed>;
}

/**
 * Gives each test of the surrounding `describe` one real Node-RED at a time, which is killed afterwards. When a test fails, all that it
 * printed is shown.
 *
 * @param nodeRed - folder of the Node-RED package; Node-RED 5 unless given
 */
export function oneNodeRed(nodeRed?: string): OneNodeRed {
  const folder = tempFolder();
  const userDir = (): string => join(folder(), 'user');
  let red: TestNodeRed | null = null;

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') console.log(red?.running.output());
    await red?.stop('SIGKILL');
    red = null;
  });

  const start: OneNodeRed['start'] = async (flows, options = {}) => {
    const version = nodeRed === undefined ? {} : { nodeRed };
    red = await TestNodeRed.start({ userDir: userDir(), flows, ...version, ...options });
    return red;
  };
  return { folder, userDir, start };
}
