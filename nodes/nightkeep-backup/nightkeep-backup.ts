/** What other packages find as `RED.plugins.get('nightkeep-backup')`. See docs/write-an-agent.md. */
import type { NodeAPI } from 'node-red';
import { BackupError, StoreAgent, type BackupAgent, type StoreAgentOptions } from '../../src/index.ts';
import { answerSidebar } from './admin/routes.ts';
import { agentNode } from '../lib/agent/agent-node.ts';
import { restoreAtStart } from '../lib/restore-at-start.ts';
import { noteAtStart } from '../lib/installation.ts';

const ID = 'nightkeep-backup';

export interface BackupPlugin {
  readonly type: typeof ID;
  readonly agentNode: typeof agentNode;
  /** An agent over a file store, so that only a few verbs are to be written. */
  readonly createStoreAgent: (options: StoreAgentOptions) => BackupAgent;
  readonly BackupError: typeof BackupError;
}

/** Node-RED awaits this before it loads any flow, which is when a restore that waits is applied. */
export default async function register(red: NodeAPI): Promise<void> {
  const plugin: BackupPlugin = {
    type: ID,
    agentNode,
    createStoreAgent: (options) => new StoreAgent(options),
    BackupError,
  };
  // The typings know only fields of Node-RED's own.
  red.plugins.registerPlugin(ID, plugin);
  answerSidebar(red);
  await restoreAtStart(red);
  await noteAtStart(red);
}
