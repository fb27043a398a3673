/**
 * Loaded with --require into the process under test and each of its threads. Every call that changes the disk adds one letter to the file
 * NIGHTKEEP_KILL_LOG; the call that would be number NIGHTKEEP_KILL_AT is not made: the process is killed instead.
 */
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

const log = process.env.NIGHTKEEP_KILL_LOG;
const killAt = Number(process.env.NIGHTKEEP_KILL_AT ?? Infinity);
const { writeSync, fstatSync } = fs;
const fd = fs.openSync(log, 'a');

function count(letter) {
  writeSync(fd, letter);
  if (fstatSync(fd).size < killAt) return;
  process.kill(process.pid, 'SIGKILL');
  // The signal ends every thread; this one must not go on until then.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function renameLetter(to) {
  if (/\.tar(\.\w+)?$/.test(String(to))) return 'A';
  return /\d{8}T\d{6}Z-[0-9a-f]{8}\.json$/.test(String(to)) && !String(to).includes('made') ? 'S' : 'r';
}

function wrap(object, name, letterOf) {
  const original = object[name];
  object[name] = function (...args) {
    const letter = letterOf(...args);
    if (letter !== '') count(letter);
    return original.apply(this, args);
  };
}

const creates = (path, flags) => (typeof flags === 'string' && /[wax+]/.test(flags) ? 'o' : '');
for (const target of [fs, fs.promises]) {
  const suffix = target === fs ? 'Sync' : '';
  wrap(target, `open${suffix}`, creates);
  wrap(target, `rename${suffix}`, (_, to) => renameLetter(to));
  wrap(target, `rm${suffix}`, () => 'u');
  wrap(target, `link${suffix}`, () => 'l');
  wrap(target, `unlink${suffix}`, () => 'u');
  wrap(target, `mkdir${suffix}`, () => 'd');
  wrap(target, `writeFile${suffix}`, () => 'w');
}
wrap(fs, 'writeSync', (to) => (to === fd || to === 1 || to === 2 ? '' : 'w'));
wrap(fs, 'fsyncSync', () => 'f');
wrap(fs, 'ftruncateSync', () => 't');
syncBuiltinESMExports();

// The prototype of file handles can be had only from one.
void fs.promises.open(log, 'r').then(async (handle) => {
  const prototype = Object.getPrototypeOf(handle);
  await handle.close();
  wrap(prototype, 'sync', () => 'f');
  wrap(prototype, 'writeFile', () => 'w');
  wrap(prototype, 'write', () => 'w');
});
