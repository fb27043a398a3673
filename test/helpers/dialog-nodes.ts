/** One node of each type, as a person would have set it. */
import type { FlowNode } from './node-red.ts';

export const eventNode: FlowNode = {
  id: 'event',
  type: 'backup-event',
  z: 'tab',
  name: '',
  scope: ['create'],
  stages: true,
  progress: false,
  completed: true,
  failed: true,
  deleted: true,
  overdue: true,
  template: '',
  x: 200,
  y: 200,
  wires: [[]],
};

export const statusNode: FlowNode = {
  id: 'status',
  type: 'backup-status',
  z: 'tab',
  name: '',
  onChange: false,
  format: 'status',
  x: 200,
  y: 300,
  wires: [[]],
};

export const agentSftp: FlowNode = {
  id: 'sftp',
  type: 'agent-sftp',
  z: 'tab',
  name: 'NAS',
  host: 'nas.local',
  port: '22',
  username: 'backup',
  keyFile: '',
  folder: 'backups/{{instance_name}}',
  hostKey: `SHA256:${'A'.repeat(43)}`,
  sendUnencrypted: false,
  retryHours: '6',
  timeout: '60',
  bandwidth: '',
  template: '',
  x: 420,
  y: 200,
  wires: [[], []],
};

export const agentLocal: FlowNode = {
  id: 'local',
  type: 'agent-local',
  z: 'tab',
  name: 'USB disk',
  folder: '/media/usb/backups/{{instance_name}}',
  mounted: true,
  retryHours: '6',
  template: '',
  x: 420,
  y: 300,
  wires: [[], []],
};

/** A config node: it has no place in a flow. */
export const backupKey: FlowNode = { id: 'key', type: 'backup-key', name: '', kind: 'identity', recipient: '' };
