import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

export interface LoginUser {
  readonly name: string;
  readonly password: string;
  readonly uid: number;
  remove(): void;
}

/** An account of this machine with a password of its own, for as long as a test needs it. Needs root. */
export function makeLoginUser(): LoginUser {
  const name = `nightkeep-${randomBytes(3).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  execFileSync('useradd', ['--create-home', '--shell', '/bin/sh', name]);
  execFileSync('chpasswd', { input: `${name}:${password}\n` });
  return {
    name,
    password,
    uid: Number(execFileSync('id', ['-u', name], { encoding: 'utf8' })),
    remove: () => {
      execFileSync('userdel', ['--remove', '--force', name], { stdio: 'ignore' });
    },
  };
}
