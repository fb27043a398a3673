import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** The settings that say where flows and settings lie. */
export interface FileSettings {
  readonly userDir?: unknown;
  readonly flowFile?: unknown;
  readonly settingsFile?: unknown;
}

/** The flow file as Node-RED finds it: absolute, `./` from the working directory, there if it is there, else in the user directory. */
export function flowFileOf(settings: FileSettings, userDir: string): string {
  const { flowFile } = settings;
  if (typeof flowFile !== 'string' || flowFile === '') return join(userDir, `flows_${hostname()}.json`);
  if (isAbsolute(flowFile)) return flowFile;
  if (flowFile.startsWith('./')) return resolve(flowFile);
  return existsSync(flowFile) ? resolve(flowFile) : join(userDir, flowFile);
}

export function settingsFileOf(settings: FileSettings): string | null {
  const { settingsFile } = settings;
  return typeof settingsFile === 'string' && settingsFile !== '' ? resolve(settingsFile) : null;
}
