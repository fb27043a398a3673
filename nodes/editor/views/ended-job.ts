/** What is said when a job has ended. */
import type { BackupEvent } from '../answers.ts';
import { nameOfPlace } from '../place-name.ts';
import { text } from '../text.ts';
import type { Desk } from './view.ts';

export function sayEnd(desk: Desk, event: BackupEvent): void {
  const { manager_state: kind, name, agent_id } = event;
  const agent = agent_id === null ? '' : nameOfPlace(desk.data.snapshot, agent_id);
  if (event.event_type === 'completed') {
    desk.say(text(`ended.${kind}`, { name, agent }));
  } else if (event.event_type === 'failed') {
    const what = text(`jobs.${kind}`, { name, agent });
    desk.say(text('ended.failed', { what, error: event.error }), 'error');
  }
}
