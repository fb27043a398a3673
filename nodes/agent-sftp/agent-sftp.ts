/** agent-sftp: copies the backup of a message to a folder of an SFTP server, and is that location while it is deployed. Wiring only. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { createSftpAgent, protectedOnly, withRetry, withTimeout, type BackupAgent } from '../../src/index.ts';
import { numberSetting } from '../lib/agent/agent-config.ts';
import { agentNode, type AgentContext } from '../lib/agent/agent-node.ts';
import { readSecrets, readSftpConfig, sftpAgentId, sftpSettings } from './sftp-config.ts';
import { answerSftpTests, type DeployedSftp } from './sftp-test.ts';

/** Tries within one copy, for what passes in seconds; what lasts longer is tried again later, as the node is set. */
const TRIES = 3;
const PAUSE_MS = 2_000;
const DEFAULT_TIMEOUT_SECONDS = 60;

interface SftpNodeConfig extends NodeDef {
  readonly sendUnencrypted?: boolean;
}

type SftpNode = Node & { readonly credentials?: object };

export default function register(red: NodeAPI): void {
  const deployed = new Set<DeployedSftp>();
  const secret = { type: 'password' as const };

  red.nodes.registerType(
    'agent-sftp',
    function (this: SftpNode, definition: SftpNodeConfig) {
      red.nodes.createNode(this, definition);
      const config = readSftpConfig(definition);
      const secrets = readSecrets(this.credentials);
      const entry: DeployedSftp = { node: this, config, secrets };
      deployed.add(entry);
      this.on('close', () => {
        deployed.delete(entry);
      });
      agentNode(red, this, definition, async (context) => {
        const settings = await sftpSettings(config, secrets, context.instanceName);
        const { clock, instanceId } = context;
        const id = sftpAgentId(config, settings.folder);
        const name = this.name ?? '';
        const shown = name === '' ? id.slice('sftp:'.length) : name;
        const bytesPerSecond = bandwidthOf(definition);
        const agent = createSftpAgent({ id, name: shown, settings, bytesPerSecond, clock, instanceId });
        return wrapped(agent, definition, context);
      });
    },
    { credentials: { password: secret, privateKey: secret, passphrase: secret } },
  );

  answerSftpTests(red, deployed);
}

/** @throws BackupError `invalid_request` when it is no number */
function bandwidthOf(config: SftpNodeConfig): number | null {
  const kilobytes = numberSetting(config, 'bandwidth', { least: 1, fallback: Infinity });
  return kilobytes === Infinity ? null : kilobytes * 1000;
}

/** @throws BackupError `invalid_request` when it is no number */
function wrapped(agent: BackupAgent, config: SftpNodeConfig, { clock }: AgentContext): BackupAgent {
  const seconds = numberSetting(config, 'timeout', { least: 1, fallback: DEFAULT_TIMEOUT_SECONDS });
  const timed = withTimeout(agent, { clock, idleMs: seconds * 1000 });
  const retried = withRetry(timed, { clock, tries: TRIES, pauseMs: PAUSE_MS });
  return config.sendUnencrypted === true ? retried : protectedOnly(retried);
}
