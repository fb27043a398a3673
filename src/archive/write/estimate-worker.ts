/** The thread that counts what there is to back up; see `Estimator`. */
import { parentPort, workerData } from 'node:worker_threads';
import { stepBack } from '../worker/step-back.ts';
import { countFiles } from './count-files.ts';
import type { Estimate, EstimateData } from './estimate.ts';

const { folders, niceness } = workerData as EstimateData;
stepBack(niceness);

let files = 0;
let bytes = 0;
for (const folder of folders) {
  for (const found of countFiles(folder)) {
    if (typeof found === 'string') continue;
    files += 1;
    bytes += found.size;
  }
}
parentPort?.postMessage({ files, bytes } satisfies Estimate);
