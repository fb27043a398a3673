/** What all backup nodes of one Node-RED share: the engine, and who is there at the moment. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import { BackupError, openEngine, systemClock, toBackupError, type Engine } from '../../src/index.ts';
import { restoreSettled } from './restore-at-start.ts';
import { defaultFolder } from './folders.ts';
import { pluginHooks } from './plugin-hooks.ts';

/** The folder of the engine's state, in the user directory. */
const STATE_FOLDER = '.nightkeep';
/** How far the worker threads step back behind Node-RED's own thread. */
const NICENESS = 10;

export class Runtime {
  readonly #red: NodeAPI;
  readonly #live = new Map<string, Node>();
  /** Ids whose instance was closed by a deploy that is still going on. */
  readonly #awaited = new Set<string>();
  readonly #flowsStarted: Promise<void>;
  /** Resolves when the deploy that is going on is over; null while none is. */
  #deploy: Promise<void> | null = null;
  #engine: Promise<Engine> | null = null;
  readonly #openedListeners: ((engine: Engine) => void)[] = [];

  constructor(red: NodeAPI) {
    this.#red = red;
    this.#flowsStarted = new Promise((resolve) => {
      red.events.once('flows:started', () => {
        resolve();
      });
    });
    red.events.on('flows:started', () => {
      this.#awaited.clear();
    });
    red.events.on('flows:stopping', () => {
      this.#deploy ??= this.#started();
    });
  }

  /** Absolute path of the user directory. */
  get userDir(): string {
    const { userDir } = this.#red.settings as { userDir?: unknown };
    if (typeof userDir === 'string' && userDir !== '') return userDir;
    throw new BackupError('invalid_request', 'Node-RED does not say where its user directory is (settings.userDir).');
  }

  /** Opened at first use; when that fails, the next use tries again. */
  engine(): Promise<Engine> {
    this.#engine ??= this.#open();
    return this.#engine;
  }

  /** Tells of the engine once it is open, whoever opens it. */
  whenOpened(listener: (engine: Engine) => void): void {
    this.#openedListeners.push(listener);
  }

  /** Says that this instance now stands for its id, until it is closed. */
  enter(node: Node): void {
    this.#live.set(node.id, node);
    this.#awaited.delete(node.id);
  }

  /** @param removed - whether the node is gone, and not only this instance of it */
  leave(node: Node, removed: boolean): void {
    if (this.#live.get(node.id) !== node) return;
    this.#live.delete(node.id);
    if (!removed) this.#awaited.add(node.id);
  }

  /** Whether this instance stands for its id, and is not one that a deploy has closed. */
  isLive(node: Node): boolean {
    return this.#live.get(node.id) === node;
  }

  /**
   * The instance that stands for a node's id now: this one, or the one that a deploy put in its place, also when that deploy is
   * still going on. Undefined when there is none any more.
   */
  async successor(node: Node): Promise<Node | undefined> {
    // What is sent in between is lost when the node behind it is closed already, or not yet made.
    while (this.#deploy !== null) await this.#deploy;
    if (this.#awaited.has(node.id)) await this.#started();
    return this.#live.get(node.id);
  }

  #started(): Promise<void> {
    return new Promise((resolve) => {
      this.#red.events.once('flows:started', () => {
        this.#deploy = null;
        resolve();
      });
    });
  }

  async #open(): Promise<Engine> {
    try {
      const engine = await openEngine({
        stateDir: join(this.userDir, STATE_FOLDER),
        localFolder: defaultFolder(this.userDir),
        instanceName: instanceName(this.#red),
        nodeRedVersion: redVersion(this.#red),
        niceness: NICENESS,
        warn: (message) => {
          this.#red.log.warn(`[backup] ${message}`);
        },
      });
      engine.provideHooks(() => pluginHooks(this.#red));
      for (const listener of this.#openedListeners) listener(engine);
      // Nodes that tell of events are there only when all flows have started, and listen when they have been given the engine.
      void this.#flowsStarted.then(() => {
        systemClock.setTimer(0, () => {
          void this.#announce(engine);
        });
      });
      return engine;
    } catch (error) {
      this.#engine = null;
      throw error;
    }
  }

  async #announce(engine: Engine): Promise<void> {
    try {
      engine.announceInterrupted();
      await restoreSettled(this.#red);
      await engine.announceRestore(this.userDir);
    } catch (error) {
      this.#red.log.warn(`[backup] ${toBackupError(error).message}`);
    }
  }
}

/** `backupCreateInstanceName` of settings.js, else the name of this machine. */
function instanceName(red: NodeAPI): string {
  const { backupCreateInstanceName: name } = red.settings as { backupCreateInstanceName?: unknown };
  return typeof name === 'string' && name !== '' ? name : hostname();
}

/** Null where there is none, as in the test helper. */
export function redVersion(red: NodeAPI): string | null {
  // The typings say a promise; it is a plain text, with `-git` behind it below a git checkout.
  const version = (red as unknown as { version?: () => string }).version;
  return typeof version === 'function' ? version().replace(/-git$/, '') : null;
}

/** By the event emitter, the one object that the RED of every node type shares. */
const runtimes = new WeakMap<object, Runtime>();

export function runtimeOf(red: NodeAPI): Runtime {
  const known = runtimes.get(red.events);
  if (known !== undefined) return known;
  const runtime = new Runtime(red);
  runtimes.set(red.events, runtime);
  return runtime;
}
