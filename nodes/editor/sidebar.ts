/** What the tab shows: an overview, or one backup. */
import type { Row } from './answers.ts';
import { after } from './browser-clock.ts';
import { BackupData, type Snapshot } from './data.ts';
import { Upload } from './dialogs/upload.ts';
import { button, element } from './dom.ts';
import { firstTime } from './first-time/first-time.ts';
import { text } from './text.ts';
import { DetailsView } from './views/details.ts';
import { sayEnd } from './views/ended-job.ts';
import { HistoryView } from './views/history.ts';
import { listView, type ListView } from './views/list.ts';
import { messageBar } from './views/message-bar.ts';
import { placesView } from './views/places.ts';
import { plansView } from './views/plans.ts';
import { problemsView } from './views/problems.ts';
import { restoreBanner } from './views/restore-banner.ts';
import { runningView } from './views/running.ts';
import { safetyView } from './views/safety.ts';
import { section, type SectionOptions } from './views/section.ts';
import type { Desk, View } from './views/view.ts';

/** Times are said as "5 minutes ago". */
const MINUTE_MS = 60_000;

export class SidebarView {
  readonly content: HTMLElement = element('div', { class: 'nkb-sidebar' });
  readonly #desk: Desk;
  readonly #data: BackupData;
  readonly #overview: HTMLElement = element('div', { class: 'nkb-overview' });
  readonly #views: readonly View[];
  readonly #list: ListView;
  readonly #details: DetailsView;
  readonly #first: View;
  readonly #sight: IntersectionObserver;
  #cancelTick: (() => void) | null = null;

  constructor() {
    const bar = messageBar();
    this.#data = new BackupData(
      (snapshot) => this.#update(snapshot),
      (event) => sayEnd(this.#desk, event),
    );
    this.#desk = { data: this.#data, say: bar.say };
    this.#list = listView(this.#overview, (row) => this.#open(row));
    this.#details = new DetailsView(this.#desk, () => this.#close());
    this.#first = firstTime(this.#desk, () => this.#update(this.#data.snapshot));
    const [problems, running, restore] = [problemsView(), runningView(this.#desk), restoreBanner(this.#desk)];
    const [plans, safety, places] = [plansView(this.#desk), safetyView(), placesView()];
    const history = new HistoryView(this.#desk);
    this.#views = [problems, running, restore, plans, safety, places, history];
    this.#overview.append(
      problems.element,
      restore.element,
      running.element,
      folded('plans', plans.element),
      folded('places', safety.element, places.element),
      history.element,
      folded('list', this.#list.element),
    );
    this.content.append(this.#toolbar(), bar.element, this.#first.element, this.#overview, this.#details.element);
    this.#sight = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) this.#data.refreshSoon();
    });
    this.#sight.observe(this.content);
    this.#tick();
  }

  /** The tab came to the front. */
  show(): void {
    this.#update(this.#data.snapshot);
  }

  close(): void {
    this.#sight.disconnect();
    this.#cancelTick?.();
    this.#data.close();
    this.content.remove();
  }

  #toolbar(): HTMLElement {
    const upload = button(text('sidebar.upload'), () => new Upload(this.#desk), { icon: 'upload' });
    const refresh = button(text('sidebar.refresh'), () => this.#data.refreshSoon(), {
      icon: 'refresh',
      iconOnly: true,
    });
    return element('div', { class: 'nkb-toolbar' }, upload, refresh);
  }

  #update(snapshot: Snapshot): void {
    for (const view of this.#views) view.update(snapshot);
    this.#list.update(snapshot);
    this.#details.update(snapshot);
    this.#first.update(snapshot);
    this.#overview.hidden = !this.#first.element.hidden || !this.#details.element.hidden;
  }

  #open(row: Row): void {
    this.#overview.hidden = true;
    this.#details.element.hidden = false;
    this.#details.open(row);
  }

  #close(): void {
    this.#details.element.hidden = true;
    this.#overview.hidden = false;
    this.#list.focus();
  }

  #tick(): void {
    this.#cancelTick = after(MINUTE_MS, () => {
      this.#update(this.#data.snapshot);
      this.#tick();
    });
  }
}

function folded(id: SectionOptions['id'], ...content: readonly HTMLElement[]): HTMLElement {
  const part = section({ id, title: text(`section.${id}`), isOpen: true });
  part.body.append(...content);
  return part.element;
}
