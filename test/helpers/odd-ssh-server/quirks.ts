/** In what SFTP servers other than OpenSSH's differ. Each field left out means: as OpenSSH does. */
export interface Quirks {
  /** What it calls itself, behind `SSH-2.0-`. */
  readonly ident?: string;
  /** Bytes of an SFTP packet, the largest that it takes. */
  readonly packetBytes?: number;
  /** What becomes of a larger one: the connection ends, an error is told, or nothing is ever answered. */
  readonly onLargePacket?: 'drop' | 'fail' | 'ignore';
  /** Which attributes it gives: `no-type` leaves the type out of the permissions. */
  readonly attributes?: 'no-type' | 'only-size' | 'none';
  /** The entries of a folder come without any. */
  readonly listsNamesAlone?: boolean;
  /** The lines of `ls -l` that come with a folder's entries. */
  readonly longNames?: 'none' | 'windows';
  readonly lacks?: readonly ('REALPATH' | 'LSTAT' | 'posix-rename' | 'FSETSTAT')[];
  /** A rename over a file that is there is refused; with `posix-rename` it is one that is offered and then fails. */
  readonly renameOver?: 'refused';
  /** How many files and folders may be open at once. */
  readonly handles?: number;
  /** Answers come in another order than requests, within a small number of them. */
  readonly shuffled?: boolean;
  /** Reads give no more bytes than this. */
  readonly readBytes?: number;
  /** A file that is missing is told as a mere failure. */
  readonly missingIsFailure?: boolean;
  /** A file that is open cannot be renamed or removed. */
  readonly locksOpenFiles?: boolean;
  /** What it says of itself by `limits@openssh.com`: bytes of a packet, a read, a write, and handles. */
  readonly limits?: readonly [packet: number, read: number, write: number, handles: number];
  /** A rename to this bare name fails, but for one that brings back what had it before. */
  readonly failsRenameTo?: string | null;
  /** Each close of a file that was written tells of a failure. */
  readonly failsClose?: boolean;
  /** What a login needs, each of these one after the other. Default: a key, or a password, or a password by questions. */
  readonly login?: readonly ('publickey' | 'password' | 'keyboard-interactive')[];
  /** Tells of no methods that are left, whatever it takes. */
  readonly hidesMethods?: boolean;
}

const LIMIT_32: Quirks = { packetBytes: 32 * 1024, onLargePacket: 'drop' };
const LIMIT_34: Quirks = { packetBytes: 34_000, onLargePacket: 'fail' };

/** Servers that people have, each as far as it differs, and one for each difference by itself. */
export const ODD_SERVERS: Readonly<Record<string, Quirks>> = {
  'named as ProFTPD': { ident: 'mod_sftp/0.9.9', ...LIMIT_34 },
  'named as mina-sshd': { ident: 'APACHE-SSHD-2.12.1', ...LIMIT_34, attributes: 'no-type' },
  'named as SFTPGo': { ident: 'SFTPGo_2.6.4', ...LIMIT_34, lacks: ['posix-rename'] },
  'named as Windows OpenSSH': {
    ident: 'OpenSSH_for_Windows_9.5',
    attributes: 'no-type',
    longNames: 'windows',
    locksOpenFiles: true,
  },
  'named as Cerberus': { ident: 'CerberusFTPServer_13.0', ...LIMIT_32, lacks: ['posix-rename'], renameOver: 'refused' },
  'named as Synology’s': { ident: 'OpenSSH_8.2', ...LIMIT_34, onLargePacket: 'ignore' },
  'that takes 32 KiB and ends the connection else': { ident: 'odd', ...LIMIT_32 },
  'that takes 34,000 bytes and answers nothing else': { ident: 'odd', ...LIMIT_34, onLargePacket: 'ignore' },
  'that gives no types': { ident: 'odd', attributes: 'no-type', longNames: 'none' },
  'that gives no attributes but sizes': { ident: 'odd', attributes: 'only-size', longNames: 'none' },
  'that lists names alone': { ident: 'odd', listsNamesAlone: true, longNames: 'none' },
  'without REALPATH': { ident: 'odd', lacks: ['REALPATH'] },
  'without posix-rename': { ident: 'odd', lacks: ['posix-rename'], renameOver: 'refused' },
  'that keeps one handle open': { ident: 'odd', handles: 1 },
  'that answers out of order': { ident: 'odd', shuffled: true },
};
