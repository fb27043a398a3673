/** backup-status: the sensors and the list of backups, on request or on change. Wiring only. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { BackupEvent, Engine, EngineStatus } from '../src/index.ts';
import { inBackground, onInput } from './lib/input.ts';
import { runtimeOf } from './lib/runtime.ts';

interface StatusConfig extends NodeDef {
  readonly onChange: boolean;
}

export default function register(red: NodeAPI): void {
  const runtime = runtimeOf(red);

  red.nodes.registerType('backup-status', function (this: Node, config: StatusConfig) {
    red.nodes.createNode(this, config);
    const closing = new AbortController();
    let stop: () => void = () => undefined;
    let shown = '';

    const show = (status: EngineStatus): void => {
      const text = statusText(status);
      if (text !== shown) this.status({ fill: status.manager_state === 'idle' ? 'grey' : 'blue', shape: 'dot', text });
      shown = text;
    };
    const begin = async (): Promise<void> => {
      const engine = await runtime.engine();
      if (closing.signal.aborted) return;
      show(engine.status());
      let stage: string | null = null;
      stop = engine.events.subscribe((event) => {
        const isNews = event.event_type !== 'in_progress' || event.backup_stage !== stage;
        stage = event.backup_stage;
        if (!isNews) return;
        setImmediate(() => {
          inBackground(this, changed(engine, event));
        });
      });
    };
    const changed = async (engine: Engine, event: BackupEvent): Promise<void> => {
      if (closing.signal.aborted) return;
      show(engine.status());
      if (!config.onChange) return;
      const payload = await report(engine, closing.signal);
      this.send({ topic: `backup/${event.manager_state}/${event.event_type}`, payload });
    };

    inBackground(this, begin());
    onInput(this, async (message, send) => {
      const engine = await runtime.engine();
      const payload = await report(engine, closing.signal);
      show(engine.status());
      send({ ...message, payload });
    });
    this.on('close', () => {
      closing.abort();
      stop();
    });
  });
}

async function report(engine: Engine, signal: AbortSignal): Promise<object> {
  const { backups, broken, agent_errors } = await engine.list(signal);
  return { ...engine.status(), backups, broken, agent_errors };
}

function statusText({ manager_state, last_completed_automatic_backup: last }: EngineStatus): string {
  return last === null ? manager_state : `${manager_state} · ${last.slice(5, 10)} ${last.slice(11, 16)}`;
}
