/** What the sidebar shows where there is neither a plan nor a backup: three steps to the first one, or the way to those one has. */
import { element } from '../dom.ts';
import type { Snapshot } from '../data.ts';
import type { Desk, View } from '../views/view.ts';
import { findBackups } from './find-backups.ts';
import { FirstBackup } from './first-backup.ts';

/**
 * Hidden unless it stands in place of everything else.
 *
 * @param onLeave - somebody wants to see the rest
 */
export function firstTime(desk: Desk, onLeave: () => void): View {
  const content = element('div', { class: 'nkb-first', attributes: { hidden: true } });
  let isLeft = false;
  let isBegun = false;
  const leave = (): void => {
    isLeft = true;
    onLeave();
  };
  const stage = { content, leave };
  const begin = (): void => {
    new FirstBackup(desk, stage, () => findBackups(desk, stage, begin));
  };
  return {
    element: content,
    update(snapshot) {
      content.hidden = isLeft || !isEmpty(snapshot);
      if (content.hidden || isBegun) return;
      isBegun = true;
      begin();
    },
  };
}

/** Only when all locations have told what they hold: who has backups on one that is down is not asked to begin. */
function isEmpty({ info, rows, states }: Snapshot): boolean {
  const isKnown = [...states.values()].every(({ list }) => list !== null);
  return info?.plans.length === 0 && rows.length === 0 && isKnown;
}
