import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { countField, InvalidField, nullableTextField, textField } from '../bounded-fields.ts';
import { toBackupError } from '../errors.ts';
import type { JobIdentity } from '../events.ts';
import { writeFileAtomic } from '../io/atomic-file.ts';
import { isObject } from '../io/json-file.ts';
import { partialName } from '../io/partial-name.ts';
import { formatIdentity, processIdentity } from '../io/process-identity.ts';
import type { JobId } from '../model.ts';
import { isOwnerGone } from './owned-file.ts';
import { parseJobIdentity } from './parse-state.ts';
import { readStateJson } from './state-json.ts';

const VERSION = 1;
const MAX_BYTES = 262_144;

/** What is known of a job while it runs, for the process that finds it unfinished. */
export interface JobFile extends JobIdentity {
  readonly version: number;
  /** The process that runs it; see `formatIdentity`. */
  readonly owner: string;
  /** Where its backup is made; null until that is known. */
  readonly folder: string | null;
  /** ISO. */
  readonly started: string;
}

export interface JobFilesOptions {
  readonly folder: string;
  readonly instanceId: string;
  readonly warn: (message: string) => void;
}

/** One small file a running job, so that processes never write over each other's. */
export class JobFiles {
  readonly #folder: string;
  readonly #instanceId: string;
  readonly #warn: (message: string) => void;

  constructor(options: JobFilesOptions) {
    this.#folder = options.folder;
    this.#instanceId = options.instanceId;
    this.#warn = options.warn;
  }

  /** Writes what is known of a job of this process. */
  async write(job: JobIdentity, folder: string | null, started: string): Promise<void> {
    const file: JobFile = { version: VERSION, owner: formatIdentity(processIdentity()), folder, started, ...job };
    const partial = join(this.#folder, partialName(this.#instanceId));
    const data = `${JSON.stringify(file, null, 2)}\n`;
    try {
      await writeFileAtomic({ partial, path: this.#path(job.job_id), data, mode: 0o600 });
    } catch (error) {
      throw toBackupError(error, 'unknown_error', `Cannot write in ${this.#folder}`);
    }
  }

  async remove(jobId: JobId): Promise<void> {
    await rm(this.#path(jobId), { force: true });
  }

  /** The jobs that a process began and will not end. What cannot be read is set aside. */
  async unfinished(nowMs: number): Promise<readonly JobFile[]> {
    const jobs: JobFile[] = [];
    for (const name of (await readdir(this.#folder)).filter((entry) => entry.endsWith('.json')).sort()) {
      const path = join(this.#folder, name);
      const job = await this.#read(path);
      if (job !== null && (await isOwnerGone(path, job.owner, nowMs))) jobs.push(job);
    }
    return jobs;
  }

  #path(jobId: JobId): string {
    return join(this.#folder, `${jobId}.json`);
  }

  #read(path: string): Promise<JobFile | null> {
    const parse = (value: unknown): JobFile => parseJobFile(value, path);
    return readStateJson(path, { maxBytes: MAX_BYTES, parse, what: `The job file ${path}`, warn: this.#warn });
  }
}

function parseJobFile(value: unknown, path: string): JobFile {
  if (!isObject(value)) throw new InvalidField('it is not a JSON object');
  const job: JobFile = {
    version: countField(value, 'version'),
    owner: textField(value, 'owner', 200),
    folder: nullableTextField(value, 'folder', 4096),
    started: textField(value, 'started', 64),
    ...parseJobIdentity(value),
  };
  if (basename(path) !== `${job.job_id}.json`) throw new InvalidField('job_id is not that of the file');
  return job;
}
