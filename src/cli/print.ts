/**
 * Standard output. Whoever reads it may stop early, as `head` does: then nothing more is printed, and the command comes to its end and to
 * its exit code all the same. With --json it is one document, whatever happens.
 */
import type { BackupError } from '../index.ts';

/** Printed at once. */
const BLOCK_LENGTH = 64 * 1024;

const output = { isClosed: false, hasDocument: false };

// Who prints is told by the call; of warnings that nobody reads nobody needs to know.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

function write(text: string): Promise<void> {
  if (output.isClosed) return Promise.resolve();
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error: NodeJS.ErrnoException | null | undefined) => {
      if (error === null || error === undefined) {
        resolve();
      } else if (error.code === 'EPIPE' || output.isClosed) {
        output.isClosed = true;
        resolve();
      } else {
        output.isClosed = true;
        cannotPrint(error).then(reject, reject);
      }
    });
  });
}

async function cannotPrint(error: Error): Promise<BackupError> {
  const { toBackupError } = await import('../index.ts');
  return toBackupError(error, 'unknown_error', 'Cannot write to standard output');
}

/** Text for people: one line, or several, with the newline. */
export function printLine(text: string): Promise<void> {
  return write(`${text}\n`);
}

/** As `printLine`, for texts that come one by one; those that came before one that fails are printed. */
export async function printLines(texts: AsyncIterable<string>): Promise<void> {
  let block = '';
  try {
    for await (const text of texts) {
      block += `${text}\n`;
      if (block.length < BLOCK_LENGTH) continue;
      const full = block;
      block = '';
      await write(full);
      if (output.isClosed) return;
    }
  } finally {
    await write(block);
  }
}

/** The one document of this command. */
export function printJson(value: unknown): Promise<void> {
  output.hasDocument = true;
  return printLine(JSON.stringify(value, null, 2));
}

/** As `printJson`, for a document that is there as text. */
export async function printJsonText(parts: AsyncIterable<string>): Promise<void> {
  output.hasDocument = true;
  for await (const part of parts) {
    await write(part);
    if (output.isClosed) return;
  }
}

/** Whether a document was begun: a second one would spoil it. */
export function hasPrintedJson(): boolean {
  return output.hasDocument;
}

/** Settles when everything that was printed has left this process, or cannot. */
export async function printed(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => {
      stream.write('', () => {
        resolve();
      });
    });
  }
}
