import type { FlowNode } from './node-red.ts';

const KEYS = ['', 'Hourly', 'Daily', 'Weekly', 'Monthly', 'Yearly'];
const NO_RULES = Object.fromEntries(
  KEYS.flatMap((key) => [`keep${key || 'Last'}`, `keepWithin${key}`]).map((key) => [key, '']),
);

/** A retention node as the dialog stores one without rules. */
export function retentionNode(id: string, changes: Record<string, unknown> = {}): FlowNode {
  return {
    id,
    type: 'retention',
    z: 'tab',
    name: '',
    mode: 'rules',
    ...NO_RULES,
    automaticOnly: true,
    dryRun: false,
    locations: null,
    plans: null,
    template: '',
    x: 600,
    y: 100,
    wires: [[], []],
    ...changes,
  };
}
