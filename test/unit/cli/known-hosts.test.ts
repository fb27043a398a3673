import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { knownKeys } from '../../../src/cli/known-hosts.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

interface Key {
  /** Type and key, as a line of known_hosts ends. */
  readonly line: string;
  readonly fingerprint: string;
}

describe('known_hosts', function () {
  const folder = tempFolder();
  let ed25519: Key;
  let rsa: Key;

  beforeEach(() => {
    const make = (type: string): Key => {
      const file = join(folder(), type);
      execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', file]);
      const fingerprint = execFileSync('ssh-keygen', ['-lf', `${file}.pub`], { encoding: 'utf8' }).split(' ')[1] ?? '';
      return { line: readFileSync(`${file}.pub`, 'utf8').trim(), fingerprint };
    };
    ed25519 = make('ed25519');
    rsa = make('rsa');
  });

  const found = (text: string, host = 'nas', port = 22): readonly string[] =>
    knownKeys(text, { host, port }).fingerprints;

  it('gives every key of a host, and their types', () => {
    const text = `# mine\n\nnas ${ed25519.line} a comment\nother ${rsa.line}\nnas ${rsa.line}\nnas broken\n`;
    const keys = knownKeys(text, { host: 'NAS', port: 22 });
    assert.deepEqual(keys, { fingerprints: [ed25519.fingerprint, rsa.fingerprint], types: ['ssh-ed25519', 'ssh-rsa'] });
    assert.deepEqual(knownKeys(text, { host: 'nobody', port: 22 }), { fingerprints: [], types: [] });
  });

  for (const [hosts, host, port, fits] of [
    ['nas', 'nas', 2222, false],
    ['[nas]:2222', 'nas', 2222, true],
    ['[nas]:2222', 'nas', 22, false],
    ['nas,192.168.1.7', '192.168.1.7', 22, true],
    ['192.168.1.?', '192.168.1.7', 22, true],
    ['*.home', 'nas.home', 22, true],
    ['*.home', 'nashome', 22, false],
    ['*.home,!nas.home', 'nas.home', 22, false],
    ['[::1]:2222', '::1', 2222, true],
    ['n.s', 'nas', 22, false],
  ] as const) {
    it(`${fits ? 'takes' : 'does not take'} ${hosts} for ${host} at port ${String(port)}`, () => {
      assert.deepEqual(found(`${hosts} ${ed25519.line}`, host, port), fits ? [ed25519.fingerprint] : []);
    });
  }

  it('reads names that ssh-keygen has hashed', () => {
    const file = join(folder(), 'known_hosts');
    writeFileSync(file, `nas ${ed25519.line}\n[nas]:2222 ${rsa.line}\n`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
    const text = readFileSync(file, 'utf8');
    assert.ok(!text.includes('nas'));
    assert.deepEqual(found(text), [ed25519.fingerprint]);
    assert.deepEqual(found(text, 'nas', 2222), [rsa.fingerprint]);
  });

  it('takes no key that was revoked, and no authority for a key', () => {
    const text = `nas ${ed25519.line}\n@revoked * ${ed25519.line}\n@cert-authority nas ${rsa.line}\n`;
    assert.deepEqual(found(text), []);
  });
});
