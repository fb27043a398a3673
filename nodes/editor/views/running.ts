/** The jobs that run, with a bar each. A bar moves in place, so that the focus stays on its button. */
import { post } from '../api.ts';
import { button, element, fill } from '../dom.ts';
import { formatPercent, formatSeconds, formatSize } from '../format.ts';
import { nameOfPlace } from '../place-name.ts';
import { language, text } from '../text.ts';
import type { JobView } from '../model/job-progress.ts';
import { attempt, type Desk, type View } from './view.ts';

interface Shown {
  readonly element: HTMLElement;
  readonly update: (job: JobView) => void;
}

export function runningView(desk: Desk): View {
  const list = element('ul', { class: 'nkb-jobs', attributes: { 'aria-label': text('jobs.title') } });
  const shown = new Map<string, Shown>();
  return {
    element: list,
    update({ jobs }) {
      for (const [id, job] of shown) {
        if (jobs.has(id)) continue;
        job.element.remove();
        shown.delete(id);
      }
      for (const [id, job] of jobs) {
        const line = shown.get(id) ?? jobLine(desk, job);
        if (!shown.has(id)) list.append(line.element);
        shown.set(id, line);
        line.update(job);
      }
      list.hidden = jobs.size === 0;
    },
  };
}

function jobLine(desk: Desk, { jobId, kind, name, agentId }: JobView): Shown {
  const agent = agentId === null ? '…' : nameOfPlace(desk.data.snapshot, agentId);
  const what = text(`jobs.${kind}`, { name, agent });
  const bar = element('progress', { attributes: { 'aria-label': what, max: 100 } });
  const stage = element('span', { class: 'nkb-stage' });
  const amounts = element('span', { class: 'nkb-quiet' });
  const cancel = button(text('jobs.cancel'), () => {
    cancel.disabled = true;
    attempt(desk, async () => {
      await post(`jobs/${encodeURIComponent(jobId)}/cancel`);
      desk.say(text('jobs.canceling', { what }));
    });
  });
  cancel.setAttribute('aria-label', text('jobs.cancelOf', { what }));
  const head = element('div', { class: 'nkb-job-head' }, element('span', { class: 'nkb-job-name' }, what), cancel);
  return {
    element: element('li', { class: 'nkb-job' }, head, bar, element('div', {}, stage, amounts)),
    update(job) {
      const { progress } = job;
      if (progress === null) bar.removeAttribute('value');
      else bar.value = progress.percent;
      fill(stage, job.stage === null ? text('jobs.waiting') : text(`stage.${job.stage}`));
      fill(amounts, amountText(job));
    },
  };
}

function amountText({ progress, speed, left }: JobView): string {
  if (progress === null) return '';
  const parts = [
    formatPercent(progress.percent, language()),
    text('jobs.of', {
      bytes: formatSize(progress.bytes, language()),
      total: formatSize(progress.total_bytes, language()),
    }),
    ...(speed === null ? [] : [text('jobs.speed', { size: formatSize(speed, language()) })]),
    ...(left === null ? [] : [text('jobs.left', { time: formatSeconds(left, language()) })]),
  ];
  return ` · ${parts.join(' · ')}`;
}
