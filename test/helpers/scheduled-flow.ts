import { createNode, tab, teller, type FlowNode } from './node-red.ts';

/**
 * A backup of one folder every night at 03:00, and at the inject `run`. Told are its `result` and `events`, what backup-event says
 * (`told`), and the answer of backup-status to the inject `ask` (`state`).
 */
export function scheduledFlow(path: string, zone: string): FlowNode[] {
  const event = { stages: true, progress: false, completed: true, failed: true, template: '' };
  return [
    tab,
    createNode({
      nodeRed: false,
      sources: [{ label: 'data', path, exclude: '' }],
      schedule: 'daily',
      scheduleTime: '03:00',
      scheduleZone: zone,
    }),
    { id: 'run', type: 'inject', z: 'tab', props: [], wires: [['create']], x: 50, y: 100 },
    { id: 'ask', type: 'inject', z: 'tab', props: [], wires: [['status']], x: 50, y: 200 },
    { id: 'status', type: 'backup-status', z: 'tab', onChange: false, wires: [['state']], x: 50, y: 300 },
    { id: 'event', type: 'backup-event', z: 'tab', scope: null, ...event, wires: [['told']], x: 50, y: 400 },
    ...['result', 'events', 'told', 'state'].map((tag) => teller(tag, tag)),
  ];
}
