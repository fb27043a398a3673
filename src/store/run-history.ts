/** The last runs of all verbs, `history.json`. */
import { booleanField, choiceField, countField, listField, nullableTextField, textField } from '../bounded-fields.ts';
import type { Fields } from '../bounded-fields.ts';
import { ERROR_CODES } from '../errors.ts';
import type { JobIdentity } from '../events.ts';
import type { ErrorCode } from '../errors.ts';
import type { DocumentKind } from './document-file.ts';
import { parseJobIdentity } from './parse-state.ts';

/** More than two years of nights, and a file of half a megabyte. */
export const MOST_RUNS = 1000;
const TEXT = 16_384;

/** One run, ended. Times are ISO with the local offset. */
export interface RunRecord extends JobIdentity {
  readonly outcome: 'completed' | 'failed';
  readonly failed_reason: ErrorCode | null;
  readonly error: string | null;
  readonly late: boolean;
  /** When its work began; null when it never did, or that is not known. */
  readonly started: string | null;
  readonly ended: string;
  /** Without the time it waited for its turn. */
  readonly duration_ms: number | null;
  /** Of the archive; null when there is none. */
  readonly size: number | null;
  readonly files: number | null;
  readonly failed_files: number | null;
}

export interface RunHistory {
  /** Oldest first. */
  readonly runs: readonly RunRecord[];
}

export const RUN_HISTORY: DocumentKind<RunHistory> = {
  fileName: 'history.json',
  what: 'The history of runs',
  empty: { runs: [] },
  steps: [],
  parse: (fields) => ({ runs: listField(fields, 'runs', MOST_RUNS).map(parseRun) }),
};

/** A run is told once, also when two processes do. */
export function withRun({ runs }: RunHistory, run: RunRecord): RunHistory {
  const others = runs.filter(({ job_id }) => job_id !== run.job_id);
  return { runs: [...others, run].slice(-MOST_RUNS) };
}

function parseRun(fields: Fields): RunRecord {
  const count = (key: string): number | null => (fields[key] === null ? null : countField(fields, key));
  return {
    ...parseJobIdentity(fields),
    outcome: choiceField(fields, 'outcome', ['completed', 'failed']),
    failed_reason: fields['failed_reason'] === null ? null : choiceField(fields, 'failed_reason', ERROR_CODES),
    error: nullableTextField(fields, 'error', TEXT),
    late: booleanField(fields, 'late'),
    started: nullableTextField(fields, 'started', 64),
    ended: textField(fields, 'ended', 64),
    duration_ms: count('duration_ms'),
    size: count('size'),
    files: count('files'),
    failed_files: count('failed_files'),
  };
}
