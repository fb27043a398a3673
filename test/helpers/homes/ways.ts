/** How a backup is made, and how it comes back. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackage } from '../../../scripts/start-node-red.ts';
import { CLI_FILE } from '../run-cli.ts';
import { until } from '../until.ts';
import { placeOf } from './home.ts';
import { writeSettings, type Life, type LifeOptions } from './life.ts';
import { commandOn, type Machine } from './machine.ts';

/** The command line, on a machine. @returns what it printed */
function cliOn(machine: Machine, args: readonly string[]): string {
  const [program = '', ...rest] = commandOn(machine, [process.execPath, CLI_FILE, ...args]);
  const env = { ...process.env, ...machine.env };
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8', env });
  // 3: done, and something is to be known.
  if (status !== 0 && status !== 3) throw new Error(`${args.join(' ')}: ${String(status)}\n${stdout}${stderr}`);
  return stdout + stderr;
}

/** @param folder - where the backup is to lie */
export function makeByCommandLine({ layout, machine }: LifeOptions, folder: string, state: string): void {
  const { userDir, cliArguments = [] } = layout;
  const where = ['--source', `node-red=${userDir}`, '--to', folder, '--state', state];
  cliOn(machine, ['create', ...where, ...cliArguments]);
}

/** With the node of the flows. */
export async function makeByNode(life: Life): Promise<void> {
  await life.ask('backup/plans/create/create', {});
  await until(
    async () => (await life.backups()).length > 0,
    () => life.output,
  );
}

/** Into the running Node-RED, at its next start. */
export async function restoreByNode(life: Life): Promise<void> {
  const [id = ''] = await life.backups();
  const asked = { into: 'node-red', agent_id: 'local', use_settings: false, install_modules: false, confirm: true };
  await life.ask(`backup/backups/${id}/restore`, asked);
  await until(
    async () => (await life.restoreState()) === 'await_restart',
    () => life.output,
  );
}

/** On a machine that has nothing yet, as its owner. */
export function restoreOnEmptyMachine(options: LifeOptions, folder: string, state: string): void {
  const { layout, machine } = options;
  const { userDir } = layout;
  cliOn(machine, ['restore', '--at', folder, '--into', userDir, '--outside', '--state', state]);
}

/** As docs/restore.md says, with what every Linux has. */
export function restoreByHand({ layout, machine }: LifeOptions, folder: string, look: string): void {
  const archive = readdirSync(folder).find((name) => name.endsWith('.tar.zst')) ?? '';
  mkdirSync(look, { recursive: true });
  execFileSync('sh', ['-c', 'zstd -dc "$0" | tar -xp -C "$1"', join(folder, archive), look]);
  const lines = [`cp -a '${look}/node-red/.' '${layout.userDir}/'`];
  const header = JSON.parse(readFileSync(join(look, 'backup.json'), 'utf8')) as Header;
  for (const { path, member } of header.sources.flatMap(({ outside = [] }) => outside)) {
    lines.push(`mkdir -p "$(dirname '${path}')"`, `cp -aT '${look}/${member}' '${path}'`);
  }
  const [program = '', ...args] = commandOn(machine, ['sh', '-ec', lines.join('\n')]);
  execFileSync(program, args);
}

interface Header {
  readonly sources: readonly { readonly outside?: readonly { readonly path: string; readonly member: string }[] }[];
}

/** What there is before anything is restored, all of it the property of the machine's user. */
export function setUpEmpty(options: LifeOptions, folders: readonly string[]): void {
  const { layout, machine } = options;
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  mkdirSync(layout.userDir, { recursive: true });
  layout.empty?.();
  if (layout.bringsSettings === true) writeSettings(options, layout.userDir);
  for (const folder of folders) giveAll(folder, machine.uid);
}

/** As `npm install` does after a restore. */
export function installModules({ layout, machine, withPackage }: LifeOptions): void {
  const place = placeOf(layout);
  const modules = join(place, 'node_modules');
  if (!withPackage || existsSync(modules)) return;
  const own = join(place, 'package.json');
  const kept = existsSync(own) ? readFileSync(own) : null;
  installPackage(place);
  if (kept !== null) writeFileSync(own, kept);
  giveAll(modules, machine.uid);
}

export function giveAll(folder: string, uid: number): void {
  execFileSync('chown', ['-Rh', `${String(uid)}:${String(uid)}`, folder]);
  chmodSync(folder, 0o755);
}
