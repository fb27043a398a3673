/** Node-RED as a restore finds it: which files and which secret are in force. */
import type { Secret } from '../node-red-credentials.ts';

export interface NodeRedEnvironment {
  /** Absolute. */
  readonly userDir: string;
  /** Absolute; that of the settings, whatever project is active. */
  readonly flowFile: string;
  /** Absolute, or null when there is none. */
  readonly settingsFile: string | null;
  /** Null when there is none yet: Node-RED makes one with the first flows. */
  readonly secret: Secret | null;
  readonly projects: boolean;
  readonly activeProject: string | null;
  /** Absolute: where projects lie; left out for the usual place in the user directory. */
  readonly projectsFolder?: string;
  /** Absolute: folders of context stores and libraries, as the settings name them. */
  readonly foldersInUse?: readonly string[];
  /** Names of the settings that keep strangers out, as far as they are set; left out when that is not known. */
  readonly guards?: readonly string[];
}
