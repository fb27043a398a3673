/** What a restore is to change, before it is turned into steps. */
import { SAFETY_PREFIX } from '../backup-names.ts';
import type { BackupContent } from './backup-content.ts';
import type { NodeRedEnvironment } from './environment.ts';
import type { RestoreGiven } from './journal.ts';
import type { Change } from './plan-tree.ts';
import type { SettingStep } from './step.ts';

export interface Composition {
  readonly changes: readonly Change[];
  readonly settings: readonly SettingStep[];
  /** For people: what is not as it was in the backup. */
  readonly problems: readonly string[];
  /** For people: what else is to be known or done. */
  readonly notes: readonly string[];
  /** Where the flows of the settings come to; null when there are none. */
  readonly flows: string | null;
  /** What makes links again, for a shell. */
  readonly commands: readonly string[];
}

export interface ComposeInput {
  /** Of the restore. */
  readonly folder: string;
  readonly content: BackupContent;
  readonly environment: NodeRedEnvironment;
  readonly useSettings: boolean;
  /** Null when nothing was said. */
  readonly given: RestoreGiven | null;
}

/** Folders of which the backup has everything, so that what it lacks in them goes. */
export function isWhole(name: string): boolean {
  return name === 'context' || name === 'lib' || /^projects\/[^./][^/]*$/.test(name);
}

/** Never restored: the engine's own folder, the editor's sessions and half-written files. */
export function isOurs(name: string): boolean {
  const isSafety = name.slice(name.lastIndexOf('/') + 1).startsWith(SAFETY_PREFIX);
  return isSafety || name === '.nightkeep' || name === '.sessions.json' || name.endsWith('.$$$');
}

export const isConfig = (name: string): boolean => /^\.config\.(?:\w+\.)?json(?:\.backup)?$/.test(name);
