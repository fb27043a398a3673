/** backup-event: a message for each stage, result or failure of all or chosen backup nodes. Wiring only. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { systemClock, type BackupEvent } from '../src/index.ts';
import { eventMessage } from './lib/event-message.ts';
import { inBackground } from './lib/input.ts';
import { runtimeOf } from './lib/runtime.ts';

interface EventConfig extends NodeDef {
  /** Node ids, null for all. */
  readonly scope: readonly string[] | null;
  readonly stages: boolean;
  readonly progress: boolean;
  readonly completed: boolean;
  readonly failed: boolean;
  readonly template: string;
}

export default function register(red: NodeAPI): void {
  const runtime = runtimeOf(red);

  red.nodes.registerType('backup-event', function (this: Node, config: EventConfig) {
    red.nodes.createNode(this, config);
    const wanted = eventFilter(config);
    let stop: () => void = () => undefined;
    let closed = false;
    const tell = (event: BackupEvent): void => {
      if (!wanted(event)) return;
      const message = eventMessage(event, config.template);
      // After the job's own work: a slow flow behind this node must not hold it up.
      systemClock.setTimer(0, () => {
        if (!closed) this.send(message);
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
  const stages = new Map<string, string | null>();
  return (event) => {
    if (config.scope !== null && !config.scope.includes(event.node_id ?? '')) return false;
    if (event.event_type !== 'in_progress') {
      stages.delete(event.job_id);
      return event.event_type === 'completed' ? config.completed : config.failed;
    }
    const isNewStage = !stages.has(event.job_id) || stages.get(event.job_id) !== event.backup_stage;
    stages.set(event.job_id, event.backup_stage);
    return isNewStage ? config.stages : config.progress;
  };
}
