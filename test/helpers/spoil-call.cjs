/**
 * Loaded with --require into the process under test. NIGHTKEEP_SPOILED_CALL names a call of node:fs/promises and says what becomes of it for
 * paths that contain `spoiled`: it `hangs`, or `drops` an error that nobody waits for and then hangs.
 */
const { promises } = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

const [name, fate] = process.env.NIGHTKEEP_SPOILED_CALL.split(' ');
const original = promises[name];
promises[name] = (path, ...rest) => {
  if (!String(path).includes('spoiled')) return original(path, ...rest);
  if (fate === 'drops') void Promise.reject(new TypeError('nobody waits for this'));
  return new Promise(() => undefined);
};
syncBuiltinESMExports();
