import type { ExitCode } from './command.ts';
import { hasPrintedJson, printJson } from './print.ts';
import { UsageError } from './usage-error.ts';

interface Failure {
  readonly code: string;
  readonly message: string;
}

/** The engine knows what an error means; when it is the engine that cannot be loaded, the error is told all the same. */
async function failureOf(error: unknown): Promise<Failure> {
  try {
    const { toBackupError } = await import('../index.ts');
    return toBackupError(error);
  } catch {
    return { code: 'unknown_error', message: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Says what went wrong: on standard error, and with --json as the one document.
 *
 * @returns what the command ends with
 */
export async function report(error: unknown, json: boolean): Promise<ExitCode> {
  // Behind a document that was printed already, another one would spoil it.
  const asJson = json && !hasPrintedJson();
  if (error instanceof UsageError) {
    console.error(`node-red-backup: ${error.message} See node-red-backup --help.`);
    if (asJson) await printJson({ error: { code: 'invalid_request', message: error.message } });
    return 2;
  }
  const { code, message } = await failureOf(error);
  if (asJson) await printJson({ error: { code, message } });
  else console.error(`node-red-backup: ${message} (${code})`);
  return 1;
}
