/** `node-red-backup`. Commands are loaded when they are asked for, so that each starts fast. */
import { readFileSync } from 'node:fs';
import { parseInvocation, type Command, type ExitCode } from './command.ts';
import { HELP } from './help.ts';
import { printLine } from './print.ts';
import { report } from './report.ts';
import { runToEnd } from './run-to-end.ts';
import { UsageError } from './usage-error.ts';

const COMMANDS: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  create: () => import('./create.ts'),
  list: () => import('./list.ts'),
  files: () => import('./files.ts'),
  flows: () => import('./flows.ts'),
  verify: () => import('./verify.ts'),
  restore: () => import('./restore.ts'),
  keygen: () => import('./keygen.ts'),
  forget: () => import('./forget.ts'),
  pin: () => import('./pin.ts'),
  simulate: () => import('./simulate.ts'),
};

function packageVersion(): string {
  const manifest = new URL(import.meta.resolve('@nightkeep/node-red-backup/package.json'));
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

async function dispatch([name, ...args]: readonly string[]): Promise<ExitCode> {
  if (name === '--help' || name === '-h' || name === 'help' || args.includes('--help')) {
    await printLine(HELP);
    return 0;
  }
  if (name === '--version') {
    await printLine(packageVersion());
    return 0;
  }
  const load = name === undefined || !Object.hasOwn(COMMANDS, name) ? undefined : COMMANDS[name];
  if (load === undefined)
    throw new UsageError(name === undefined ? 'Say what to do.' : `There is no command "${name}".`);
  const { command } = await load();
  return command.run(parseInvocation(command, args));
}

const args = process.argv.slice(2);
const json = args.includes('--json');
// Not awaited: a module that waits for itself would end the process with a code of Node.js' own.
void runToEnd(
  () => dispatch(args),
  (error) => report(error, json),
);
