/** The project whose flows Node-RED runs instead of those of its settings. */
export interface ActiveProject {
  readonly name: string;
  /** Absolute. It need not be there. */
  readonly folder: string;
  /** Absolute; null for a project that says none. */
  readonly flowFile: string | null;
  readonly credentialsFile: string | null;
}

/** A store of context. */
export interface ContextStore {
  readonly name: string;
  /** `custom` for one that is not named by a text. */
  readonly module: string;
  /** Absolute: its folder, which need not be there; null for one that keeps no files, or nobody knows where. */
  readonly path: string | null;
}

/** What a backup records of its Node-RED, so that whoever reads it need not guess. */
export interface NodeRedFacts {
  /** Null when none is active. */
  readonly project: ActiveProject | null;
  /** Absolute: where projects lie; null where there are none. */
  readonly projectsFolder: string | null;
  /** Names of the settings that keep strangers out, as far as they are set. */
  readonly guards: readonly string[];
  readonly port: number | null;
  /** Whether flows are kept by a storage of its own, and not in files. */
  readonly ownStorage: boolean;
  /** Whether it runs flows at this moment, so that some were deployed. */
  readonly runs: boolean;
  /** This and the following are left out where they are not known. */
  readonly contextStores?: readonly ContextStore[];
  /** Absolute: folders of libraries besides the one in the user directory. */
  readonly libraries?: readonly string[];
  /** Absolute: files that the settings file requires, as far as they are neither modules nor in the user directory. */
  readonly required?: readonly string[];
}
