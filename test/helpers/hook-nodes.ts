/** backup-hook and backup-continue as a person would have set them. */
import type { FlowNode } from './node-red.ts';

export const hookNode = (changes: Record<string, unknown> = {}): FlowNode => ({
  id: 'hook',
  type: 'backup-hook',
  z: 'tab',
  name: '',
  when: 'before',
  scope: null,
  onFailure: 'fail',
  timeout: '300',
  priority: '10',
  x: 640,
  y: 200,
  wires: [['asked']],
  ...changes,
});

export const continueNode = (changes: Record<string, unknown> = {}): FlowNode => ({
  id: 'continue',
  type: 'backup-continue',
  z: 'tab',
  name: '',
  answer: 'auto',
  x: 640,
  y: 300,
  wires: [],
  ...changes,
});
