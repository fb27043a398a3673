import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { BackupError } from '../index.ts';
import { UsageError } from './usage-error.ts';

/** Stands in for the prompt where there is nobody to answer it. */
const PASSPHRASE_VARIABLE = 'NIGHTKEEP_PASSPHRASE';

/** Asks on the terminal, without showing what is typed. */
async function ask(prompt: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new UsageError(`--passphrase needs a terminal to ask at. Or set ${PASSPHRASE_VARIABLE}.`);
  }
  const nowhere = new Writable({
    write(_chunk, _encoding, done): void {
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
  // Not before: the terminal shows what is typed until the line above.
  process.stderr.write(prompt);
  const stop = new AbortController();
  lines.once('SIGINT', () => stop.abort());
  lines.once('close', () => stop.abort());
  try {
    const [line] = (await once(lines, 'line', { signal: stop.signal })) as [string];
    return line;
  } catch (cause) {
    throw new BackupError('canceled', 'No passphrase was given.', { cause });
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

/** The passphrase of the environment, null when there is none. */
export function passphraseOfEnvironment(): string | null {
  const value = process.env[PASSPHRASE_VARIABLE] ?? '';
  return value === '' ? null : value;
}

/** One that opens what is there. */
export async function askPassphrase(): Promise<string> {
  return passphraseOfEnvironment() ?? (await ask('Passphrase: '));
}

/** One for something new: a slip of the finger would be found out too late. */
export async function askNewPassphrase(): Promise<string> {
  const known = passphraseOfEnvironment();
  if (known !== null) return known;
  const passphrase = await ask('Passphrase for the backup: ');
  if (passphrase === '') throw new UsageError('The passphrase is empty.');
  if ((await ask('Again: ')) !== passphrase) throw new UsageError('The two passphrases are not the same.');
  return passphrase;
}
