/** Packages beside ours in a user directory. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestNodeRed } from './node-red.ts';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures');
const OURS = '@nightkeep/node-red-backup';

/** Puts a package of the fixtures there under another name, which decides when it is loaded. */
export function installFixture(userDir: string, fixture: string, name: string = fixture): void {
  const place = join(userDir, 'node_modules', name);
  cpSync(join(FIXTURES, fixture), place, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as object;
  writeFileSync(join(place, 'package.json'), JSON.stringify({ ...manifest, name }));
}

/** Whether the nodes or plugins of a package were loaded before ours. */
export async function isLoadedFirst(red: TestNodeRed, kind: 'nodes' | 'plugins', name: string): Promise<boolean> {
  const answer = await fetch(new URL(kind, red.running.url), { headers: { accept: 'application/json' } });
  const order = ((await answer.json()) as { module: string }[]).map(({ module }) => module);
  for (const each of [name, OURS]) {
    if (!order.includes(each)) throw new Error(`${each} is not among the ${kind}: ${order.join()}`);
  }
  return order.indexOf(name) < order.indexOf(OURS);
}
