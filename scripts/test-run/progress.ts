/** What the processes of a stage tell of their tests while these run: mocha's reporters tell it, of files that run at once, only when a file has ended. */
import { appendFileSync } from 'node:fs';

/** Names the file to which steps are appended, one JSON object a line. */
export const PROGRESS_VARIABLE = 'NIGHTKEEP_PROGRESS';

export interface Step {
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly what: 'file' | 'file end' | 'test' | 'test end' | 'did';
  /** Of the file or the test; what was done. */
  readonly name: string;
}

/** Does nothing when nobody listens. */
export function tellStep(what: Step['what'], name: string): void {
  const file = process.env[PROGRESS_VARIABLE];
  if (file === undefined) return;
  const step: Step = { pid: process.pid, at: Date.now(), what, name };
  appendFileSync(file, `${JSON.stringify(step)}\n`);
}
