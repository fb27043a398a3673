/** What a Node-RED really uses, as far as it is known. */
import type { CredentialSecret } from '../backup-request.ts';
import type { NodeRedFacts } from './node-red-facts.ts';

export interface Installation {
  /** Absolute: the flow file of the settings, whatever project is active. */
  readonly flowFile: string;
  /** Absolute: the flow file that Node-RED looks for, where another one was taken because that is not there. */
  readonly looksFor?: string;
  /** Absolute; null when none is known. */
  readonly settingsFile: string | null;
  readonly credentialSecret: CredentialSecret | null;
  readonly facts: NodeRedFacts;
  /** What was guessed, in sentences for people; empty when all is known. */
  readonly doubts: readonly string[];
}
