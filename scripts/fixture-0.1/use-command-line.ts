/** What the command line of 0.1.0 is used for beside a Node-RED, with a state of its own. */
import { join } from 'node:path';
import { MADE_IN } from '../../test/helpers/from-0.1/home.ts';
import { PASSPHRASE } from '../../test/helpers/from-0.1/secrets.ts';
import { runCommand, type Package } from '../../test/helpers/from-0.1/versions.ts';
import type { MovedClock } from '../../test/helpers/moved-clock.ts';
import { BY_COMMAND } from './times.ts';

const HOUR_MS = 3_600_000;
/** The name of this machine is nobody's business. */
const OTHER_NAME = `import os from "node:os"; import { syncBuiltinESMExports } from "node:module";
os.hostname = () => "shed"; syncBuiltinESMExports();`;

interface Use {
  readonly clock: MovedClock;
  readonly recipient: string;
}

export async function useCommandLine(old: Package, { clock, recipient }: Use): Promise<void> {
  const at = join(MADE_IN, 'copies');
  const data = ['--source', `data=${join(MADE_IN, 'data')}`];
  const create = (...args: string[]): string[] => ['create', '--to', at, ...args];
  const uses: readonly (readonly string[])[] = [
    create(...data, '--name', 'Plain'),
    create(...data, '--name', 'Plain', '--compression', 'gzip', '--exclude', '*.tmp'),
    create(...data, '--name', 'Plain', '--compression', 'none'),
    create(...data, '--name', 'Encrypted', '--recipient', recipient),
    create(...data, '--name', 'Encrypted', '--key-file', join(MADE_IN, 'key.txt')),
    create('--source', `node-red=${join(MADE_IN, 'user')}`, '--name', 'Stopped', '--exclude', '.config.nodes.json*'),
    create(...data, '--name', 'By phrase', '--passphrase'),
    ['verify', '--at', at, '--key-file', join(MADE_IN, 'key.txt'), '--passphrase'],
    ['forget', '--at', at, '--keep-last', '1'],
  ];
  for (const [index, args] of uses.entries()) {
    clock.set(new Date(Date.parse(BY_COMMAND) + (index * HOUR_MS) / 60).toISOString());
    await use(old, args, clock);
  }
  const [first] = JSON.parse(await use(old, ['list', '--at', at, '--json'], clock)) as { backup_id: string }[];
  await use(old, ['pin', '--at', at, first?.backup_id ?? ''], clock);
}

async function use(old: Package, args: readonly string[], clock: MovedClock): Promise<string> {
  const secret = args.includes('--passphrase') ? { NIGHTKEEP_PASSPHRASE: PASSPHRASE } : {};
  const env = {
    ...clock.env,
    ...secret,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(OTHER_NAME)}`,
  };
  const { code, stdout, stderr } = await runCommand(old, [...args, '--state', join(MADE_IN, 'cli-state')], env);
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return stdout;
}
