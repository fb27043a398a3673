import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { partialName, toBackupError } from '../index.ts';
import { printJsonText } from './print.ts';
import type { Session } from './session.ts';

/** Written at once. */
const BLOCK_LENGTH = 64 * 1024;

/**
 * Prints a JSON array whose items come one by one. It is kept on the disk until it is whole, so that a long one needs no memory, and so that
 * items that end in an error leave no half document behind.
 */
export async function printJsonArray(items: AsyncIterable<unknown>, { engine, stateDir }: Session): Promise<void> {
  const path = join(stateDir, partialName(engine.instanceId));
  const keeping = (error: unknown): never => {
    throw toBackupError(error, 'unknown_error', `Cannot keep the list in ${stateDir}`);
  };
  const file = await open(path, 'wx+', 0o600).catch(keeping);
  try {
    // Only this process needs it, and with this process it goes.
    await rm(path).catch(keeping);
    for await (const block of blocksOf(items)) await file.writeFile(block).catch(keeping);
    await printJsonText(file.createReadStream({ start: 0, encoding: 'utf8', autoClose: false }));
  } finally {
    await file.close();
  }
}

async function* blocksOf(items: AsyncIterable<unknown>): AsyncGenerator<string, void, undefined> {
  let block = '';
  let before = '[\n  ';
  for await (const item of items) {
    block += before + JSON.stringify(item);
    before = ',\n  ';
    if (block.length < BLOCK_LENGTH) continue;
    yield block;
    block = '';
  }
  yield before.startsWith('[') ? '[]\n' : `${block}\n]\n`;
}
