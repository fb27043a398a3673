/**
 * Loaded with --require into the process under test and each of its threads: a wait of NIGHTKEEP_HURRY_FROM milliseconds or more takes only
 * one NIGHTKEEP_HURRY-th of it.
 */
const factor = Number(process.env.NIGHTKEEP_HURRY);
const from = Number(process.env.NIGHTKEEP_HURRY_FROM);

for (const name of ['setTimeout', 'setInterval']) {
  const original = globalThis[name];
  globalThis[name] = (callback, ms, ...rest) => original(callback, ms >= from ? ms / factor : ms, ...rest);
}
