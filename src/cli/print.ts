import { once } from 'node:events';

/** Text for people and JSON documents alike: one line, or several, with the newline. */
export async function printLine(text: string): Promise<void> {
  if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain');
}

export function printJson(value: unknown): Promise<void> {
  return printLine(JSON.stringify(value, null, 2));
}

/** Prints a JSON array whose items come one by one, so that a long one needs no memory. */
export async function printJsonArray(items: AsyncIterable<unknown>): Promise<void> {
  let lines: string[] = [];
  let before = '[\n  ';
  for await (const item of items) {
    lines.push(before + JSON.stringify(item));
    before = ',\n  ';
    if (lines.length < 500) continue;
    if (!process.stdout.write(lines.join(''))) await once(process.stdout, 'drain');
    lines = [];
  }
  const empty = before.startsWith('[');
  await printLine(empty ? '[]' : `${lines.join('')}\n]`);
}
