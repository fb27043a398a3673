/** The project whose flows Node-RED runs instead of those of its settings. */
export interface ActiveProject {
  readonly name: string;
  /** Absolute. It need not be there. */
  readonly folder: string;
  /** Absolute; null for a project that says none. */
  readonly flowFile: string | null;
  readonly credentialsFile: string | null;
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
}
