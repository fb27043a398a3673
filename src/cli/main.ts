/** `node-red-backup`. Commands are loaded when they are asked for, so that each starts fast. */
import { readFileSync } from 'node:fs';
import { parseInvocation, type Command, type ExitCode } from './command.ts';
import { HELP } from './help.ts';
import { printJson, printLine } from './print.ts';
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

async function report(error: unknown, json: boolean): Promise<ExitCode> {
  if (error instanceof UsageError) {
    console.error(`node-red-backup: ${error.message} See node-red-backup --help.`);
    if (json) await printJson({ error: { code: 'invalid_request', message: error.message } });
    return 2;
  }
  const { toBackupError } = await import('../index.ts');
  const { code, message } = toBackupError(error);
  if (json) await printJson({ error: { code, message } });
  else console.error(`node-red-backup: ${message} (${code})`);
  return 1;
}

const args = process.argv.slice(2);
// Whoever reads our output may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});
try {
  process.exitCode = await dispatch(args);
} catch (error) {
  process.exitCode = await report(error, args.includes('--json'));
}
