/** The thread that counts what there is to back up; see `Estimator`. */
import { parentPort, workerData } from 'node:worker_threads';
import { stepBack } from '../worker/step-back.ts';
import type { Estimate, EstimateData } from './estimate.ts';
import { walk } from './walk.ts';

const { folders, niceness } = workerData as EstimateData;
stepBack(niceness);

let files = 0;
let bytes = 0;
for (const { path, rules } of folders) {
  for (const found of walk(Buffer.from(path), Buffer.alloc(0), rules)) {
    if (found.kind !== 'entry' || !found.stat.isFile()) continue;
    files += 1;
    bytes += Number(found.stat.size);
  }
}
parentPort?.postMessage({ files, bytes } satisfies Estimate);
