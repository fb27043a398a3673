/** What a restore changes, one thing at a time. Plain data: it is written down before anything is touched. */

/**
 * A file or folder changes places: `next` comes to `target`, and what was there goes to `before`. Paths are absolute, and the three
 * of one step lie on one file system. How far a step got is read off them, so that it can be done again after a kill.
 */
export interface SwapStep {
  readonly kind: 'swap';
  readonly target: string;
  /** Null when the target is only taken away. */
  readonly next: string | null;
  readonly before: string;
  /** Whether there was a target when the step was planned. */
  readonly had: boolean;
}

/**
 * A file that cannot be moved, because something is mounted right there, is written over. The copies lie where the restore is kept. How
 * far it got is read off the sha256 of the file: it is that of `before`, that of `next`, or else it was cut off or changed since.
 */
export interface RewriteStep {
  readonly kind: 'rewrite';
  readonly target: string;
  readonly next: string;
  readonly before: string;
  readonly hashes: { readonly before: string; readonly next: string };
}

/** What Node-RED keeps in its `.config.*` files, each a section of its own but the secret. */
export const SETTING_KEYS = ['users', 'projects', 'modules', '_credentialSecret'] as const;
export type SettingKey = (typeof SETTING_KEYS)[number];

/** A value that Node-RED holds in memory and writes itself; null when there is none. */
export interface SettingStep {
  readonly kind: 'setting';
  readonly key: SettingKey;
  readonly before: unknown;
  readonly after: unknown;
}

export type FileStep = SwapStep | RewriteStep;
export type Step = FileStep | SettingStep;

/** Where settings are read and written: through the running Node-RED, or in its files. */
export interface SettingsPort {
  read(key: SettingKey): Promise<unknown>;
  write(key: SettingKey, value: unknown): Promise<void>;
}
