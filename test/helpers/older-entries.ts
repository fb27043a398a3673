import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Makes an installed package one as it was up to 0.1, whose entries ended with `.cjs`. */
export function makeEntriesCjs(packageFolder: string): void {
  const entries = join(packageFolder, 'dist/entry');
  rmSync(join(entries, 'package.json'));
  for (const name of readdirSync(entries).filter((file) => file.endsWith('.js'))) {
    renameSync(join(entries, name), join(entries, name.replace(/\.js$/, '.cjs')));
  }
  const manifest = join(packageFolder, 'package.json');
  const text = readFileSync(manifest, 'utf8');
  writeFileSync(manifest, text.replaceAll(/(dist\/entry\/[a-z-]+)\.js/g, '$1.cjs'));
}
