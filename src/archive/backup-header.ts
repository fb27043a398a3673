import type { SourceSpec } from '../backup-request.ts';
import type { OutsideRole } from '../installation/used-places.ts';
import type { NodeRedVersions, Compression, ExtraValue } from '../model.ts';

/** `backup.json`: what a backup says of itself inside its archive. See docs/format.md, section 2. */
export interface BackupHeader {
  readonly format: number;
  readonly backup_id: string;
  readonly name: string;
  readonly date: string;
  readonly instance_id: string;
  readonly instance_name: string;
  readonly plan_id: string;
  readonly plan_name: string;
  readonly automatic: boolean;
  readonly node_red: NodeRedVersions | null;
  readonly compression: Compression;
  readonly sources: readonly HeaderSource[];
  /** Of a backup of Node-RED; older ones lack it. */
  readonly installation?: HeaderInstallation;
  readonly extra: Readonly<Record<string, ExtraValue>>;
}

export interface HeaderSource {
  readonly label: string;
  readonly path: string;
  readonly kind: SourceSpec['kind'];
  readonly outside?: readonly OutsideFile[];
  /** Names of the members that hold the flow file in force and its credentials. */
  readonly flow_file?: string;
  readonly credentials_file?: string;
  /** Name of the member that holds the secret of the credentials. */
  readonly credential_secret?: string;
}

/** What the backup's Node-RED used. Files are absolute paths there, members are names in the archive. */
export interface HeaderInstallation {
  readonly flow_file: string | null;
  readonly settings_file: string | null;
  /** The active project; null when none was. */
  readonly project: {
    readonly name: string;
    readonly path: string;
    readonly flow_file: string | null;
    readonly credentials_file: string | null;
  } | null;
  /** Names of the settings that keep strangers out, as far as they were set. */
  readonly logins: readonly string[];
  readonly port: number | null;
  readonly context_stores: readonly HeaderContextStore[];
  /** Links in the user directory that were followed. */
  readonly links: readonly HeaderLink[];
}

export interface HeaderContextStore {
  readonly name: string;
  readonly module: string;
  readonly path: string | null;
  /** The folder that holds it; null when it has none, or it is not in the archive. */
  readonly member: string | null;
}

export interface HeaderLink {
  /** Relative to the user directory, with `/`. */
  readonly link: string;
  /** As the link says it. */
  readonly target: string;
}

/** A file or folder that Node-RED uses although it lies outside the user directory. */
export interface OutsideFile {
  readonly role: OutsideRole;
  /** Absolute, without links. */
  readonly path: string;
  readonly member: string;
  /** The link in the user directory by which Node-RED gets there, relative to that, with `/`. */
  readonly link?: string;
}
