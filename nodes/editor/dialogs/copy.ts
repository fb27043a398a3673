/** Copies a backup to a location that lacks it. */
import type { Row } from '../answers.ts';
import { post } from '../api.ts';
import { placeName } from '../place-name.ts';
import { text } from '../text.ts';
import type { Desk } from '../views/view.ts';
import { Dialog } from './dialog.ts';
import { selectField } from './fields.ts';
import { sourcePlace } from './source-place.ts';

/** Locations that lack it. */
export function copyTargets({ data }: Desk, row: Row): readonly (readonly [string, string])[] {
  return [...data.snapshot.states.values()]
    .filter(({ location }) => !Object.hasOwn(row.agents, location.agent_id))
    .map(({ location }) => [location.agent_id, placeName(location)] as const);
}

export function openCopy(desk: Desk, row: Row): void {
  const to = selectField({ label: text('copy.to') }, copyTargets(desk, row));
  const from = sourcePlace(desk.data.snapshot, row);
  new Dialog({
    title: text('copy.title'),
    body: [to.element, from.element],
    action: {
      label: text('copy.do'),
      kind: 'primary',
      run: async () => {
        const body = { to: to.input.value, from: from.agentId() };
        await post(`backups/${encodeURIComponent(row.backup_id)}/copy`, body);
        desk.say(text('copy.started'));
      },
    },
  });
}
