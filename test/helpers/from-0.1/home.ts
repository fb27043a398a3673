/** What people have who used 0.1.0, put into another folder than the one where it was made. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, lstatSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FIXTURE } from './versions.ts';

/** Where it was made: the same on every machine. It stands in archives and sidecars, which are left as they are. */
export const MADE_IN = '/tmp/nightkeep-0.1.0';

/** Its user directory is `user`, the state of its command line is `cli-state`; `copies` and `data` lie beside them. */
export function openHome(folder: string): string {
  execFileSync('tar', ['-xzf', join(FIXTURE, 'home.tar.gz'), '-C', folder]);
  const home = join(folder, 'home');
  for (const path of textsOf(home)) {
    const text = readFileSync(path, 'utf8');
    if (text.includes(MADE_IN)) writeFileSync(path, moved(text, home), { mode: statSync(path).mode });
  }
  for (const state of ['user/.nightkeep', 'cli-state']) renameHashed(join(home, state));
  return home;
}

export const moved = (text: string, home: string): string => text.replaceAll(MADE_IN, home);

/** All that is written with the paths of the machine it lies on, and was never hashed. */
function textsOf(home: string): string[] {
  const user = readdirSync(join(home, 'user')).map((name) => join(home, 'user', name));
  const states = ['user/.nightkeep', 'cli-state'].flatMap((name) => {
    const inside = readdirSync(join(home, name), { recursive: true, encoding: 'utf8' });
    return inside.map((path) => join(home, name, path));
  });
  return [...user, ...states].filter((path) => lstatSync(path).isFile());
}

type Fields = Readonly<Record<string, string>>;

/** Names of these files are hashes of ids, and ids of folders are made of their paths: this is what is hashed. */
const HASHED: Readonly<Record<string, (fields: Fields) => string>> = {
  copies: ({ backup_id, agent_id }) => JSON.stringify([backup_id, agent_id]),
  retention: ({ agent_id, instance_id, plan_id }) => JSON.stringify([agent_id, instance_id, plan_id]),
  verified: ({ agent_id }) => agent_id ?? '',
};

function renameHashed(state: string): void {
  for (const [folder, textOf] of Object.entries(HASHED)) {
    for (const path of globSync(join(state, folder, '*.json'))) {
      const text = textOf(JSON.parse(readFileSync(path, 'utf8')) as Fields);
      const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
      renameSync(path, join(dirname(path), basename(path).replace(/^[0-9a-f]{32}/, hash)));
    }
  }
}
