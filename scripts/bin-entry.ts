/** What package.json names as a command, as far as an old Node.js can read it. */

/** The lowest version of a range of the form `>=22.9.0`. */
export function lowestOf(range: string): readonly [number, number] {
  const [, major, minor] = /^>=(\d+)\.(\d+)\.0$/.exec(range) ?? [];
  if (major === undefined || minor === undefined)
    throw new Error(`package.json: engines.node is ${range}, not >=X.Y.0.`);
  return [Number(major), Number(minor)];
}

/**
 * The text of a CommonJS file that starts the command, or says why it cannot. It is written for a Node.js of any age, so without
 * anything that newer ones have but `import`.
 *
 * @param main - the module that is the command, from where the file lies
 */
export function binEntry(name: string, main: string, [major, minor]: readonly [number, number]): string {
  return `#!/usr/bin/env node
'use strict';
var version = process.versions.node.split('.').map(Number);
if (version[0] > ${major} || (version[0] === ${major} && version[1] >= ${minor})) {
  // The command ends the process by its own exit; whatever ends in another way has failed.
  process.exitCode = 1;
  import('${main}').catch(function (error) {
    fail('unknown_error', 'The command cannot be loaded: ' + error.message + '. Install the package again.');
  });
} else {
  fail(
    'invalid_request',
    'This needs Node.js ${major}.${minor} or newer, and ' + process.execPath + ' is ' + process.versions.node + '. Update Node.js, or start it with a newer one.'
  );
}

function fail(code, message) {
  console.error('${name}: ' + message);
  if (process.argv.indexOf('--json') !== -1) {
    console.log(JSON.stringify({ error: { code: code, message: message } }, null, 2));
  }
  process.exitCode = 1;
}
`;
}
