/** What Node-RED is about to read from a user directory, as it would read it. */
import { createHash } from 'node:crypto';
import { credentialsFileOf } from '../credentials-file.ts';
import { readCredentials, type ReadCredentials } from '../installation/content/credentials-state.ts';
import { flowList } from '../installation/content/flow-list.ts';
import { loadedFile } from '../installation/content/kept-copy.ts';
import type { ActiveProject } from '../installation/node-red-facts.ts';
import { readIfThere } from '../io/read-if-there.ts';
import type { Secret } from '../node-red-credentials.ts';

export interface ReadPlace {
  readonly userDir: string;
  /** Of the settings. */
  readonly flowFile: string;
  /** Null when none is active. */
  readonly project: ActiveProject | null;
  /** What credentials of the settings' flows are decrypted with; null when it is not known, or there is none yet. */
  readonly secret: Secret | null;
  /** The project's own. */
  readonly projectSecret: Secret;
}

export interface InForce {
  /** Null for a project that has none. */
  readonly flowFile: string | null;
  /** Whether something is there. */
  readonly isThere: boolean;
  readonly sha256: string | null;
  /** Null when they cannot be loaded, which `why` then says. */
  readonly nodes: number | null;
  readonly why: string | null;
  readonly credentials: ReadCredentials;
  readonly project: string | null;
}

export function readInForce({ userDir, flowFile, project, secret, projectSecret }: ReadPlace): InForce {
  const flows = project === null ? flowFile : project.flowFile;
  const credentialsFile = project === null ? credentialsFileOf(flowFile, userDir) : project.credentialsFile;
  const secrets = project === null ? [secret].filter((each) => each !== null) : [projectSecret];
  const credentials = readCredentials(bytesOf(credentialsFile), secrets);
  const base = { flowFile: flows, credentials, project: project?.name ?? null };
  const bytes = bytesOf(flows);
  if (bytes === null || bytes.length === 0) {
    const why = bytes === null ? 'it is not there' : 'it is empty';
    return { ...base, isThere: bytes !== null, sha256: null, nodes: 0, why };
  }
  const list = flowList(bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const told = list.ok ? { nodes: list.nodes.length, why: null } : { nodes: null, why: list.why };
  return { ...base, isThere: true, sha256, ...told };
}

function bytesOf(file: string | null): Uint8Array | null {
  return file === null ? null : (loadedFile(file, readIfThere)?.bytes ?? null);
}
