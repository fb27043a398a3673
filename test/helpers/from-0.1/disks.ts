/** The two disks of the fixture that were not plugged in, each with a copy that waits for it. */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlowNode } from '../node-red.ts';
import type { Observed } from './observe.ts';

export type Disk = 'usb-one' | 'usb-two';

/** From the next start on, the folder need not be a mount point. Node-RED is stopped. */
export function plugIn(home: string, disk: Disk): void {
  // Those of the restore that waits take the place of the others.
  const files = [
    join(home, 'user/flows.json'),
    ...globSync(join(home, 'user/.nightkeep/restore/*/staged/node-red/flows.json')),
  ];
  for (const file of files) {
    const flows = JSON.parse(readFileSync(file, 'utf8')) as FlowNode[];
    const changed = flows.map((node) => (node.id === disk ? { ...node, mounted: false } : node));
    writeFileSync(file, JSON.stringify(changed));
  }
}

/** What there is to be seen once the copy that waited for it lies on it. */
export function copied(before: Observed, home: string, disk: Disk): Observed {
  const agentId = `local:${join(home, disk)}`;
  const isIt = (key: string): boolean => key.endsWith(` to ${agentId}`);
  const waited = Object.keys(before.pending).find(isIt) ?? '';
  const backupId = waited.split(' ')[0] ?? '';
  const backup = before.backups[backupId] as { readonly agents: readonly string[] };
  const node = before.nodes[disk] as object;
  return {
    ...before,
    backups: { ...before.backups, [backupId]: { ...backup, agents: [...backup.agents, agentId].sort() } },
    pending: Object.fromEntries(Object.entries(before.pending).filter(([key]) => !isIt(key))),
    unreachable: before.unreachable.filter((id) => id !== agentId),
    nodes: { ...before.nodes, [disk]: { ...node, mounted: false } },
  };
}
