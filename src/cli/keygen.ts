import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BackupError, generateKeyPair, keyFileText, systemClock, systemCode, toBackupError } from '../index.ts';
import { optional, type Command, type ExitCode, type Invocation } from './command.ts';
import { printJson, printLine } from './print.ts';

/** A key that is there is never replaced: with it would go all backups that were made for it. */
async function writeKeyFile(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === 'EEXIST') {
      const what = `${path} is there already, and a key is never overwritten. Give another name.`;
      throw new BackupError('target_exists', what, { cause: error });
    }
    throw toBackupError(error, 'invalid_request', `Cannot write ${path}`);
  }
}

async function run(invocation: Invocation): Promise<ExitCode> {
  const out = optional(invocation, 'out');
  const pair = await generateKeyPair();
  const text = keyFileText(pair, systemClock.now());
  if (out !== null) await writeKeyFile(resolve(out), text);
  if (invocation.json) {
    const { identity, recipient } = pair;
    await printJson(out === null ? { identity, recipient } : { file: resolve(out), recipient });
    return 0;
  }
  if (out === null) await printLine(text.trimEnd());
  console.error(`Public key: ${pair.recipient}`);
  if (out !== null)
    console.error('Keep a copy of the file elsewhere: without it, nobody can read the backups made for it.');
  return 0;
}

export const command: Command = { texts: ['out'], repeatable: [], switches: [], positionals: 0, run };
