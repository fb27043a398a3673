/** What the tests need beyond npm, and how it comes onto the machine. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

interface Requirement {
  readonly command: string;
  readonly debianPackage: string;
}

/** Chromium without windows. */
const BROWSER = 'chromium-headless-shell';

const REQUIREMENTS: readonly Requirement[] = [
  { command: 'tar', debianPackage: 'tar' },
  { command: 'bsdtar', debianPackage: 'libarchive-tools' },
  { command: 'zstd', debianPackage: 'zstd' },
  { command: BROWSER, debianPackage: BROWSER },
  { command: 'sshd', debianPackage: 'openssh-server' },
  { command: 'scp', debianPackage: 'openssh-client' },
  { command: 'proftpd', debianPackage: 'proftpd-mod-crypto' },
  { command: 'openssl', debianPackage: 'openssl' },
  { command: 'age', debianPackage: 'age' },
  // A terminal, for the passphrase that age asks for.
  { command: 'script', debianPackage: 'bsdutils' },
  // Without it, Node-RED has no projects.
  { command: 'git', debianPackage: 'git' },
  { command: 'unshare', debianPackage: 'util-linux' },
  { command: 'restic', debianPackage: 'restic' },
  { command: 'faketime', debianPackage: 'faketime' },
];

const RIVALS: readonly Requirement[] = [{ command: 'rclone', debianPackage: 'rclone' }];

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isInstalled(command: string): boolean {
  // Servers lie where only root looks.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return folders.some((folder) => isExecutable(join(folder, command)));
}

/** While it is there, no package starts a service: the tests start their own servers, and this machine wants no others. */
const NO_SERVICES = '/usr/sbin/policy-rc.d';

function withoutServices(work: () => void): void {
  if (existsSync(NO_SERVICES)) {
    work();
    return;
  }
  writeFileSync(NO_SERVICES, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    work();
  } finally {
    rmSync(NO_SERVICES, { force: true });
  }
}

function aptGet(...args: readonly string[]): boolean {
  console.log(`> apt-get ${args.join(' ')}`);
  const { status } = spawnSync('apt-get', args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}

function ensure(requirements: readonly Requirement[]): void {
  const missing = requirements.filter(({ command }) => !isInstalled(command));
  if (missing.length === 0) return;
  const packages = missing.map(({ debianPackage }) => debianPackage);
  const mayInstall = process.getuid?.() === 0 && existsSync('/etc/debian_version') && isInstalled('apt-get');
  if (mayInstall) {
    aptGet('update', '-q');
    withoutServices(() => aptGet('install', '-q', '-y', '--no-install-recommends', ...packages));
  }
  const stillMissing = missing.filter(({ command }) => !isInstalled(command));
  if (stillMissing.length === 0) return;
  const commands = stillMissing.map(({ command }) => command).join(', ');
  throw new Error(
    `${commands} not found. Install the packages first, on Debian: sudo apt-get install ${packages.join(' ')}`,
  );
}

/**
 * Makes sure that the stock tools which the tests compare with are there, by apt-get where that is allowed.
 *
 * @throws when something is missing and cannot be installed; the message names the packages
 */
export function ensureTestTools(): void {
  ensure(REQUIREMENTS);
}

/** The same for the rivals that the benches run against. */
export function ensureBenchTools(): void {
  ensure([...REQUIREMENTS.filter(({ command }) => command !== BROWSER), ...RIVALS]);
}

/** The same for the pictures of the documentation. */
export function ensurePictureTools(): void {
  const isForPictures = ({ command }: Requirement): boolean => command === BROWSER;
  ensure([...REQUIREMENTS.filter(isForPictures), { command: 'img2webp', debianPackage: 'webp' }]);
}
