/** backup-key: what backups are encrypted with. Its secrets are credentials of Node-RED, and on the engine's ring while it is deployed. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { recipientProblem, toBackupError } from '../../src/index.ts';
import { inBackground } from '../lib/input.ts';
import { encryptionOf, keysOf, readKeyConfig, type KeyConfig, type KeyHolder } from './key-config.ts';
import { answerKeyRequests, type DeployedKey } from './key-requests.ts';
import { runtimeOf } from '../lib/runtime.ts';

type KeyNode = Node & { readonly credentials?: object } & Partial<KeyHolder>;

export default function register(red: NodeAPI): void {
  const runtime = runtimeOf(red);
  const deployed = new Set<DeployedKey>();

  red.nodes.registerType(
    'backup-key',
    function (this: KeyNode, definition: NodeDef) {
      red.nodes.createNode(this, definition);
      const config = readKeyConfig(definition, this.credentials);
      const entry: DeployedKey = { node: this, config };
      const closing = new AbortController();
      deployed.add(entry);
      this.encryption = () => encryptionOf(config);
      inBackground(this, tellProblems(this, config));
      inBackground(
        this,
        runtime.engine().then(({ keys }) => {
          if (closing.signal.aborted) return;
          closing.signal.addEventListener('abort', keys.add(keysOf(config)));
        }),
      );
      this.on('close', () => {
        deployed.delete(entry);
        closing.abort();
      });
    },
    { credentials: { identity: { type: 'password' }, passphrase: { type: 'password' } } },
  );

  answerKeyRequests(red, deployed);
}

/** At the deploy, and not only at three in the morning. */
async function tellProblems(node: Node, config: KeyConfig): Promise<void> {
  try {
    const encryption = await encryptionOf(config);
    if (encryption.kind === 'passphrase') {
      if (encryption.passphrase === '') node.error('There is no passphrase. Type one.');
      return;
    }
    if (encryption.recipients.length === 0) node.error('There is no key yet. Create one, or give a recipient.');
    else if (config.kind === 'identity' && config.identity === '') {
      node.warn(
        'The key is not stored here, so backups are made for it and cannot be read here. Paste it from its recovery kit.',
      );
    }
    for (const recipient of encryption.recipients) {
      const problem = await recipientProblem(recipient);
      if (problem !== null) node.error(problem);
    }
  } catch (error) {
    node.error(toBackupError(error).message);
  }
}
