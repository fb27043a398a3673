/**
 * Loaded with --require into the process under test and each of its threads. NIGHTKEEP_SPOILED_THREAD names a thread by its module, and says
 * what becomes of it: it `ends` as soon as it runs, is `missing`, or is `deaf`.
 */
const threads = require('node:worker_threads');
const { syncBuiltinESMExports } = require('node:module');
const { URL } = require('node:url');

const [name, fate] = process.env.NIGHTKEEP_SPOILED_THREAD.split(' ');

threads.Worker = class extends threads.Worker {
  constructor(entry, options) {
    const isMeant = String(entry).includes(`/${name}.`);
    const isMissing = isMeant && fate === 'missing';
    super(isMissing ? new URL(String(entry).replace(name, `${name}-missing`)) : entry, options);
    if (!isMeant) return;
    if (fate === 'ends') this.once('online', () => void this.terminate());
    if (fate === 'deaf') this.postMessage = () => undefined;
  }
};
syncBuiltinESMExports();
