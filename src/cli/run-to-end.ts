import type { ExitCode } from './command.ts';
import { printed } from './print.ts';

const STALLED =
  'The command stopped before it was done: it waits for something that will never come. ' +
  'Nothing that was there before is harmed. Run it again; if it stops again, this is a bug: please report it with what you ran.';

/**
 * Runs a command and ends the process with its exit code, and in no other way: also when something fails that nobody waits for, and when
 * the command waits for something that nothing in this process is going to bring. Node.js would end without a word then.
 *
 * @param tell - says what went wrong, and returns the exit code
 */
export async function runToEnd(
  command: () => Promise<ExitCode>,
  tell: (error: unknown) => Promise<ExitCode>,
): Promise<void> {
  let isFailing = false;
  const fail = (error: unknown): void => {
    if (isFailing) return;
    isFailing = true;
    tell(error).then(leave, () => process.exit(1));
  };
  process.on('beforeExit', () => {
    // Even to tell it waits for something that does not come.
    if (isFailing) process.exit(1);
    fail(new Error(STALLED));
  });
  // Of rejections as well.
  process.on('uncaughtException', fail);
  try {
    await leave(await command());
  } catch (error) {
    fail(error);
  }
}

/** What is still there, such as a connection that is kept for a while, holds nothing up. */
async function leave(code: ExitCode): Promise<never> {
  await printed();
  process.exit(code);
}
