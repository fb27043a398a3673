/** agent-local: copies the backup of a message to a folder of this machine, e.g. a disk or a mounted share. Wiring only. */
import { resolve } from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { BackupError } from '../../src/index.ts';
import { agentNode } from '../lib/agent/agent-node.ts';
import { renderFolder, absoluteFolder } from '../lib/folders.ts';
import { asText } from '../lib/message-values.ts';
import { runtimeOf } from '../lib/runtime.ts';

interface LocalNodeConfig extends NodeDef {
  readonly folder?: unknown;
  /** Whether the folder is, or lies on, a disk or share of its own. */
  readonly mounted?: boolean;
}

export default function register(red: NodeAPI): void {
  const runtime = runtimeOf(red);

  red.nodes.registerType('agent-local', function (this: Node, config: LocalNodeConfig) {
    red.nodes.createNode(this, config);
    agentNode(red, this, config, async ({ instanceName }) => {
      const template = asText(config.folder).trim();
      if (template === '') throw new BackupError('invalid_request', 'folder: the folder for the copies is missing.');
      const folder = absoluteFolder(renderFolder(template, { instance_name: instanceName }), runtime.userDir);
      const engine = await runtime.engine();
      const mountedApartFrom = config.mounted === false ? [] : ['/', runtime.userDir];
      return engine.locations.local(resolve(folder), { listed: false, mountedApartFrom });
    });
  });
}
