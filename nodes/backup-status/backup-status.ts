/** backup-status: the sensors and the list of backups, on request or on change. Wiring only. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { BackupEvent, Engine } from '../../src/index.ts';
import { inBackground, onInput, soon } from '../lib/input.ts';
import { diagnostics, answerDiagnostics } from './diagnostics.ts';
import { prometheusText } from './prometheus.ts';
import { runtimeOf } from '../lib/runtime.ts';
import { statusReport, statusText } from './status-report.ts';

interface StatusConfig extends NodeDef {
  /** `status`, `prometheus` or `diagnostics`. */
  readonly format?: string;
  readonly onChange?: boolean;
}

export default function register(red: NodeAPI): void {
  const runtime = runtimeOf(red);
  answerDiagnostics(red, runtime);

  red.nodes.registerType('backup-status', function (this: Node, config: StatusConfig) {
    red.nodes.createNode(this, config);
    const watcher = new Watcher(this, config.onChange === true, reporter(red, config));
    inBackground(
      this,
      runtime.engine().then((engine) => {
        watcher.begin(engine);
      }),
    );
    onInput(this, async (message, send) => {
      const engine = await runtime.engine();
      const payload = await watcher.report(engine);
      watcher.show(engine);
      send({ ...message, payload });
    });
    this.on('close', () => {
      watcher.close();
    });
  });
}

type Report = (engine: Engine, signal: AbortSignal) => Promise<unknown>;

/** Keeps the node's status true, and sends on change when that is wanted. */
class Watcher {
  readonly #node: Node;
  readonly #sends: boolean;
  readonly #report: Report;
  readonly #closing = new AbortController();
  #stop: () => void = () => undefined;
  #shown = '';
  #stage: string | null = null;

  constructor(node: Node, sends: boolean, report: Report) {
    this.#node = node;
    this.#sends = sends;
    this.#report = report;
  }

  begin(engine: Engine): void {
    if (this.#isClosed()) return;
    this.show(engine);
    this.#stop = engine.events.subscribe((event) => {
      const isNews = event.event_type !== 'in_progress' || event.backup_stage !== this.#stage;
      this.#stage = event.backup_stage;
      if (isNews) soon(this.#node, () => this.#changed(engine, event));
    });
  }

  show(engine: Engine): void {
    const status = engine.status();
    const text = statusText(engine);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#node.status({ fill: status.manager_state === 'idle' ? 'grey' : 'blue', shape: 'dot', text });
  }

  async report(engine: Engine): Promise<unknown> {
    return this.#report(engine, this.#closing.signal);
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
    this.show(engine);
    if (!this.#sends) return;
    try {
      const payload = await this.report(engine);
      if (!this.#isClosed()) this.#node.send({ topic: `backup/${event.manager_state}/${event.event_type}`, payload });
    } catch (error) {
      // What a deploy has ended is nobody's failure.
      if (!this.#isClosed()) throw error;
    }
  }
}

/** In the form that is set. */
function reporter(red: NodeAPI, { format }: StatusConfig): Report {
  return async (engine, signal) => {
    if (format === 'diagnostics') return diagnostics(red, engine);
    const report = await statusReport(engine, signal);
    return format === 'prometheus' ? prometheusText(report, engine.history()) : report;
  };
}
