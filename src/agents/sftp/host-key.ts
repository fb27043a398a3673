import { createHash } from 'node:crypto';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { BackupError } from '../../errors.ts';
import { describeServer, type SftpSettings } from './settings.ts';

/**
 * A host key's fingerprint as OpenSSH prints it: `SHA256:` and base64 without padding.
 *
 * @param key - as the server sends it
 */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

export function isFingerprint(text: string): boolean {
  return /^SHA256:[A-Za-z0-9+/]{43}$/.test(text);
}

/** Takes fingerprints apart that are given as one text, by commas or white space. */
export function parseFingerprints(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((part) => part !== '');
}

const RSA: readonly ServerHostKeyAlgorithm[] = ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'];
const OTHERS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
];

/** How a server can prove that it has a key of one of these types; those that are not supported are left out. */
export function hostKeyAlgorithms(types: readonly string[]): ServerHostKeyAlgorithm[] {
  const others = OTHERS.filter((algorithm) => types.includes(algorithm));
  return types.includes('ssh-rsa') ? [...others, ...RSA] : others;
}

/** Why a server is refused that shows a key which is not among those that are accepted. */
export function hostKeyError(settings: SftpSettings, fingerprint: string): BackupError {
  const server = describeServer(settings);
  const known = settings.hostKeys.length > 0;
  const what = known
    ? `The server ${server} shows another host key (${fingerprint}) than the one that was accepted (${settings.hostKeys.join(', ')}). ` +
      'Nothing was sent. Either it was set up anew, or somebody stands between: ask who runs it, then accept the new key.'
    : `The server ${server} shows the host key ${fingerprint}, which nobody has accepted yet. Compare it with the server's ` +
      '(ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) and accept it: in the settings, or on the command line with --host-key.';
  return new BackupError('agent_host_key_mismatch', what, { data: { fingerprint, known } });
}
