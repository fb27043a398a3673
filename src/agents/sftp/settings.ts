/** How an SFTP server is reached. */
export interface SftpSettings {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** Null when a key is used alone. */
  readonly password: string | null;
  /** The text of a private key in any format of OpenSSH; null for none. */
  readonly privateKey: string | null;
  /** Of the private key. */
  readonly passphrase: string | null;
  /** Fingerprints of the server that are accepted, as OpenSSH prints them: `SHA256:…`. With none, every server is refused. */
  readonly hostKeys: readonly string[];
  /** Kinds of host keys that the server is asked for, as known_hosts names them; left out, it shows the one that it likes best. */
  readonly hostKeyTypes?: readonly string[];
  /** Absolute, or relative to the folder that the login leads to. */
  readonly folder: string;
}

/** `user@host:port`, for messages. */
export function describeServer({ host, port, username }: SftpSettings): string {
  const shown = host.includes(':') ? `[${host}]` : host;
  return `${username}@${shown}${port === 22 ? '' : `:${String(port)}`}`;
}
