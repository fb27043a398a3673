import type { BigIntStats } from 'node:fs';
import type { CredentialSecret } from '../../backup-request.ts';
import type { HeaderInstallation, HeaderSource } from '../backup-header.ts';
import type { NamedPlace } from './outside-members.ts';
import type { OtherLinks } from './other-links.ts';
import type { Snapshot } from './stable-pair.ts';
import type { WalkRules } from './walk.ts';

/** What is walked for one source. */
export interface SourceRoot {
  readonly label: Buffer;
  /** The source's folder or file, links resolved. */
  readonly path: Buffer;
  readonly stat: BigIntStats;
  readonly rules: WalkRules;
  /** By absolute path: content that was read beforehand. */
  readonly snapshots: ReadonlyMap<string, Snapshot>;
  /** Files that Node-RED uses outside its user directory, and without which it is another. */
  readonly files: readonly NamedPlace[];
  /** What else it uses there; each is walked like a source. */
  readonly folders: readonly SourceRoot[];
  /** Name of the member that holds the flows which Node-RED runs, without which the backup is none. */
  readonly neededMember: string | null;
  /** What people should know although nothing has failed. */
  readonly notes: readonly string[];
  /** Of a Node-RED; null for other sources. */
  readonly otherLinks: OtherLinks | null;
  /** Of a Node-RED user directory; null when it is not known. */
  readonly secret: CredentialSecret | null;
  readonly header: HeaderSource;
  readonly installation: HeaderInstallation | null;
}
