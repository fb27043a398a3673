import type { EngineParts } from '../engine-parts.ts';
import type { Journal } from './journal.ts';

/** What the verbs work with that run as jobs. */
export interface JobParts extends EngineParts {
  readonly journal: Journal;
}
