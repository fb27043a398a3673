import { systemClock, type Clock } from '../clock.ts';

export interface EngineOptions {
  /** Absolute: where the engine keeps its state; made when it is not there. */
  readonly stateDir: string;
  /** Absolute: the folder whose agent is called `local`. Those of other folders are named after them. */
  readonly localFolder?: string;
  /** Shown in records; the host name is a good one. */
  readonly instanceName: string;
  /** Null outside Node-RED. */
  readonly nodeRedVersion: string | null;
  readonly clock?: Clock;
  /** 0 to 19: how far the worker threads step back behind the main thread. Default 0. */
  readonly niceness?: number;
  /** Told of what is wrong and harms no job, e.g. a corrupt state file that was set aside. */
  readonly warn?: (message: string) => void;
}

/** The options with what was left out filled in. */
export interface EngineSettings extends Required<Omit<EngineOptions, 'localFolder'>> {
  /** Null for none. */
  readonly localFolder: string | null;
}

export function settingsOf(options: EngineOptions): EngineSettings {
  const { localFolder = null, clock = systemClock, niceness = 0, warn = (): void => undefined } = options;
  return { ...options, localFolder, clock, niceness, warn };
}
