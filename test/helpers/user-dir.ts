/** The user directory of a Node-RED as a person has it, without a Node-RED. */
import { createCipheriv, createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface UserDirOptions {
  /** Stands in every file, so that two of them differ everywhere. */
  readonly mark: string;
  /** As Node-RED generated it. */
  readonly secret: string;
}

/** As Node-RED writes credentials, with an initial vector of zeros. */
export function sealed(credentials: object, secret: string): string {
  const iv = Buffer.alloc(16);
  const cipher = createCipheriv('aes-256-ctr', createHash('sha256').update(secret).digest(), iv);
  return JSON.stringify({
    $: iv.toString('hex') + cipher.update(JSON.stringify(credentials), 'utf8', 'base64') + cipher.final('base64'),
  });
}

export function put(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

export const flowsOf = (mark: string): object[] => [{ id: 'tab', type: 'tab', label: mark }];

export function makeUserDir(folder: string, { mark, secret }: UserDirOptions): void {
  put(folder, {
    'flows.json': JSON.stringify(flowsOf(mark)),
    'flows_cred.json': sealed({ node: { password: mark } }, secret),
    'settings.js': `module.exports = { flowFile: 'flows.json', uiPort: 1880 /* ${mark} */ };\n`,
    'package.json': JSON.stringify({ name: 'node-red-project', dependencies: {}, mark }),
    '.config.runtime.json': JSON.stringify({ instanceId: mark, _credentialSecret: secret }, null, 4),
    '.config.users.json': JSON.stringify({ _: { editor: { mark } } }, null, 4),
    'lib/flows/saved.json': JSON.stringify([mark]),
    'context/global/global.json': JSON.stringify({ mark }),
    'data/same.txt': 'the same in all of them\n',
    'data/own.txt': mark,
  });
}

/** Every file and link below a folder with its content, the engine's own folder apart. */
export function contentsOf(folder: string, prefix = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    const name = prefix + entry.name;
    if (name === '.nightkeep' || name === 'node_modules') continue;
    if (entry.isDirectory()) Object.assign(found, contentsOf(folder, `${name}/`));
    else if (entry.isSymbolicLink()) found[name] = `-> ${readlinkSync(join(folder, name))}`;
    else found[name] = readFileSync(join(folder, name), 'utf8');
  }
  return found;
}
