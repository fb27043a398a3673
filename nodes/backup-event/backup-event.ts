/** backup-event: a message for each stage, result or failure of all or chosen backup nodes. Wiring only. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { BackupEvent } from '../../src/index.ts';
import { chosenNodes } from '../lib/chosen-nodes.ts';
import { eventMessage } from '../lib/event-message.ts';
import { inBackground, soon } from '../lib/input.ts';
import { runtimeOf } from '../lib/runtime.ts';
import { checkTemplate } from '../lib/template.ts';

interface EventConfig extends NodeDef {
  /** Node ids, null for all. */
  readonly scope?: unknown;
  readonly stages?: boolean;
  readonly progress?: boolean;
  readonly completed?: boolean;
  readonly failed?: boolean;
  readonly deleted?: boolean;
  readonly overdue?: boolean;
  readonly template?: string;
}

export default function register(red: NodeAPI): void {
  const runtime = runtimeOf(red);

  red.nodes.registerType('backup-event', function (this: Node, config: EventConfig) {
    red.nodes.createNode(this, config);
    const { template = '' } = config;
    checkTemplate(this, template);
    const isChosen = chosenNodes(this, config.scope);
    const isWanted = eventFilter(config);
    let stop: () => void = () => undefined;
    let closed = false;
    const tell = (event: BackupEvent): void => {
      if (!isChosen(event.node_id) || !isWanted(event)) return;
      soon(this, () => {
        if (!closed) this.send(eventMessage(event, template));
      });
    };
    inBackground(
      this,
      runtime.engine().then((engine) => {
        if (!closed) stop = engine.events.subscribe(tell);
      }),
    );
    this.on('close', () => {
      closed = true;
      stop();
    });
  });
}

/** Remembers the stage of each job, so that progress within a stage can be told from a new stage. */
function eventFilter(config: EventConfig): (event: BackupEvent) => boolean {
  const { stages = true, progress = false, completed = true, failed = true, deleted = true, overdue = true } = config;
  const known = new Map<string, string | null>();
  return (event) => {
    if (event.event_type === 'overdue') return overdue;
    if (event.manager_state === 'idle') return deleted;
    if (event.event_type !== 'in_progress') {
      known.delete(event.job_id);
      return event.event_type === 'completed' ? completed : failed;
    }
    const isNewStage = known.get(event.job_id) !== event.backup_stage || !known.has(event.job_id);
    known.set(event.job_id, event.backup_stage);
    return isNewStage ? stages : progress;
  };
}
