/** backup-status: the sensors and the list of backups, on request or on change. Wiring only. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { BackupEvent, Engine, EngineStatus } from '../src/index.ts';
import { inBackground, onInput, soon } from './lib/input.ts';
import { retentionCounts } from './lib/retention-counts.ts';
import { runtimeOf } from './lib/runtime.ts';

interface StatusConfig extends NodeDef {
  readonly onChange?: boolean;
}

export default function register(red: NodeAPI): void {
  const runtime = runtimeOf(red);

  red.nodes.registerType('backup-status', function (this: Node, config: StatusConfig) {
    red.nodes.createNode(this, config);
    const watcher = new Watcher(this, config.onChange === true);
    inBackground(
      this,
      runtime.engine().then((engine) => {
        watcher.begin(engine);
      }),
    );
    onInput(this, async (message, send) => {
      const engine = await runtime.engine();
      const payload = await watcher.report(engine);
      watcher.show(engine.status());
      send({ ...message, payload });
    });
    this.on('close', () => {
      watcher.close();
    });
  });
}

/** Keeps the node's status true, and sends on change when that is wanted. */
class Watcher {
  readonly #node: Node;
  readonly #sends: boolean;
  readonly #closing = new AbortController();
  #stop: () => void = () => undefined;
  #shown = '';
  #stage: string | null = null;

  constructor(node: Node, sends: boolean) {
    this.#node = node;
    this.#sends = sends;
  }

  begin(engine: Engine): void {
    if (this.#isClosed()) return;
    this.show(engine.status());
    this.#stop = engine.events.subscribe((event) => {
      const isNews = event.event_type !== 'in_progress' || event.backup_stage !== this.#stage;
      this.#stage = event.backup_stage;
      if (isNews) soon(this.#node, () => this.#changed(engine, event));
    });
  }

  show(status: EngineStatus): void {
    const text = statusText(status);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#node.status({ fill: status.manager_state === 'idle' ? 'grey' : 'blue', shape: 'dot', text });
  }

  async report(engine: Engine): Promise<object> {
    const { backups, broken, agent_errors } = await engine.list(this.#closing.signal);
    const counts = retentionCounts(backups, await engine.retention.held());
    // A copy, because flows may change what they are given; the list is read anew each time.
    return { ...structuredClone(engine.status()), ...counts, backups, broken, agent_errors };
  }

  close(): void {
    this.#closing.abort();
    this.#stop();
  }

  #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #changed(engine: Engine, event: BackupEvent): Promise<void> {
    if (this.#isClosed()) return;
    this.show(engine.status());
    if (!this.#sends) return;
    const payload = await this.report(engine);
    if (!this.#isClosed()) this.#node.send({ topic: `backup/${event.manager_state}/${event.event_type}`, payload });
  }
}

function statusText({ manager_state, last_completed_automatic_backup: last }: EngineStatus): string {
  return last === null ? manager_state : `${manager_state} · ${last.slice(5, 10)} ${last.slice(11, 16)}`;
}
