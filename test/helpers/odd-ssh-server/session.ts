/** The SFTP session of an odd server: the files of this machine, seen through its quirks. */
import {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  statfsSync,
  unlinkSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import type { Attributes, FileEntry, SFTPWrapper } from 'ssh2';
import ssh2 from 'ssh2';
import type { Quirks } from './quirks.ts';

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp;
/** What surrounds the bytes of a write: type, id, handle, place, lengths. */
const WRITE_OVERHEAD = 1 + 4 + 4 + 4 + 8 + 4;
const TYPE_BITS = 0o170_000;
const SHUFFLED_TOGETHER = 5;

interface Handle {
  readonly path: string;
  /** Null for a folder. */
  readonly fd: number | null;
  readonly isWritten: boolean;
  entries: readonly string[] | null;
}

type Answer = () => void;

export class OddSession {
  readonly #sftp: SFTPWrapper;
  readonly #given: () => Quirks;
  readonly #home: string;
  readonly #handles = new Map<number, Handle>();
  readonly #drop: () => void;
  #next = 0;
  #queue: Answer[] = [];

  /** @param drop - ends the connection */
  constructor(sftp: SFTPWrapper, { quirks, home, drop }: { quirks: () => Quirks; home: string; drop: () => void }) {
    this.#sftp = sftp;
    this.#given = quirks;
    this.#home = home;
    this.#drop = drop;
    this.#listen();
  }

  get #quirks(): Quirks {
    return this.#given();
  }

  close(): void {
    for (const { fd } of this.#handles.values()) if (fd !== null) closeSync(fd);
    this.#handles.clear();
  }

  #listen(): void {
    const sftp = this.#sftp;
    const lacks = (what: string): boolean => this.#quirks.lacks?.some((lacking) => lacking === what) ?? false;
    sftp.on('OPEN', (id, path, flags) => this.#do(id, () => this.#open(id, path, flags)));
    sftp.on('OPENDIR', (id, path) => this.#do(id, () => this.#openFolder(id, path)));
    sftp.on('CLOSE', (id, handle) => this.#do(id, () => this.#close(id, handle)));
    sftp.on('READ', (id, handle, at, length) => this.#do(id, () => this.#read(id, handle, { at, length })));
    sftp.on('WRITE', (id, handle, at, data) => this.#write(id, handle, { at, data }));
    sftp.on('READDIR', (id, handle) => this.#do(id, () => this.#readFolder(id, handle)));
    sftp.on('FSTAT', (id, handle) =>
      this.#do(id, () => this.#attributes(id, fstatSync(Number(this.#handleOf(handle).fd)))),
    );
    sftp.on('STAT', (id, path) => this.#do(id, () => this.#attributes(id, statSync(this.#at(path)))));
    if (!lacks('LSTAT'))
      sftp.on('LSTAT', (id, path) => this.#do(id, () => this.#attributes(id, lstatSync(this.#at(path)))));
    sftp.on('REMOVE', (id, path) => this.#do(id, () => this.#change(id, [path], () => unlinkSync(this.#at(path)))));
    sftp.on('MKDIR', (id, path) => this.#do(id, () => this.#change(id, [], () => mkdirSync(this.#at(path)))));
    sftp.on('RENAME', (id, from, to) => this.#do(id, () => this.#rename(id, from, to)));
    if (!lacks('REALPATH')) {
      sftp.on('REALPATH', (id, path) =>
        this.#do(id, () => this.#answer(() => sftp.name(id, [this.#named(this.#at(path))]))),
      );
    }
    sftp.on('EXTENDED', (id, name, data) => this.#do(id, () => this.#extended(id, name, data)));
  }

  /** A relative path leads on from the login's folder. */
  #at(path: string): string {
    return isAbsolute(path) ? path : join(this.#home, path);
  }

  #do(id: number, work: () => unknown): void {
    try {
      work();
    } catch (error) {
      this.#status(id, statusOf(error, this.#quirks));
    }
  }

  #answer(answer: Answer): void {
    if (this.#quirks.shuffled !== true) {
      answer();
      return;
    }
    this.#queue.push(answer);
    if (this.#queue.length >= SHUFFLED_TOGETHER) this.#flush();
    else setImmediate(() => this.#flush());
  }

  /** The last one first. */
  #flush(): void {
    for (const answer of this.#queue.splice(0).reverse()) answer();
  }

  #status(id: number, code: number): void {
    this.#answer(() => this.#sftp.status(id, code));
  }

  #handleOf(handle: Buffer): Handle {
    const found = this.#handles.get(handle.readUInt32BE(0));
    if (found === undefined) throw new Error('no such handle');
    return found;
  }

  #give(id: number, handle: Handle): void {
    const key = this.#next++;
    this.#handles.set(key, handle);
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(key);
    this.#answer(() => this.#sftp.handle(id, bytes));
  }

  #needHandle(): void {
    if (this.#handles.size >= (this.#quirks.handles ?? Infinity)) throw new Error('too many open files');
  }

  #open(id: number, path: string, flags: number): void {
    this.#needHandle();
    if (lstatSync(this.#at(path), { throwIfNoEntry: false })?.isDirectory() === true) throw new Error('a folder');
    this.#give(id, {
      path: this.#at(path),
      fd: openSync(this.#at(path), flagsOf(flags), 0o600),
      isWritten: flagsOf(flags) !== 'r',
      entries: null,
    });
  }

  #openFolder(id: number, path: string): void {
    this.#needHandle();
    this.#give(id, { path: this.#at(path), fd: null, isWritten: false, entries: readdirSync(this.#at(path)) });
  }

  #close(id: number, handle: Buffer): void {
    const { fd, isWritten } = this.#handleOf(handle);
    this.#handles.delete(handle.readUInt32BE(0));
    if (fd !== null) closeSync(fd);
    this.#status(id, isWritten && this.#quirks.failsClose === true ? STATUS_CODE.FAILURE : STATUS_CODE.OK);
  }

  #read(id: number, handle: Buffer, { at, length }: { at: number; length: number }): void {
    const { fd } = this.#handleOf(handle);
    const data = Buffer.alloc(Math.min(length, this.#quirks.readBytes ?? 64 * 1024));
    const count = readSync(Number(fd), data, 0, data.length, at);
    if (count === 0) this.#status(id, STATUS_CODE.EOF);
    else this.#answer(() => this.#sftp.data(id, data.subarray(0, count)));
  }

  #write(id: number, handle: Buffer, { at, data }: { at: number; data: Buffer }): void {
    const { packetBytes = Infinity, onLargePacket } = this.#quirks;
    if (data.length + handle.length + WRITE_OVERHEAD > packetBytes) {
      if (onLargePacket === 'drop') this.#drop();
      if (onLargePacket === 'fail') this.#status(id, STATUS_CODE.BAD_MESSAGE);
      return;
    }
    this.#do(id, () => {
      const { fd } = this.#handleOf(handle);
      for (let done = 0; done < data.length;) done += writeSync(Number(fd), data, done, data.length - done, at + done);
      this.#status(id, STATUS_CODE.OK);
    });
  }

  #readFolder(id: number, handle: Buffer): void {
    const found = this.#handleOf(handle);
    const entries = found.entries ?? [];
    found.entries = [];
    if (entries.length === 0) {
      this.#status(id, STATUS_CODE.EOF);
      return;
    }
    const names = entries.map((name) => ({ ...this.#named(join(found.path, name)), filename: name }));
    this.#answer(() => this.#sftp.name(id, names));
  }

  #named(path: string): FileEntry {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return { filename: path, longname: this.#longName(path, stats), attrs: this.#listed(stats) };
  }

  #longName(path: string, stats: Stats | undefined): string {
    const { longNames } = this.#quirks;
    if (longNames === 'none' || stats === undefined) return '';
    const type = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 'l' : '-';
    return longNames === 'windows'
      ? `${type}rw-rw-rw-    1 - -  ${String(stats.size)} Nov 28 03:00 ${path}`
      : `${type}rw-------    1 1000 1000 ${String(stats.size)} Nov 28 03:00 ${path}`;
  }

  #shown({ mode, uid, gid, size, atimeMs, mtimeMs }: Stats): Attributes {
    const { attributes } = this.#quirks;
    const times = { atime: Math.floor(atimeMs / 1000), mtime: Math.floor(mtimeMs / 1000) };
    if (attributes === 'none') return NO_ATTRIBUTES;
    if (attributes === 'only-size') return { size } as Attributes;
    return { mode: attributes === 'no-type' ? mode & ~TYPE_BITS : mode, uid, gid, size, ...times };
  }

  /** Of an entry of a folder. */
  #listed(stats: Stats | undefined): Attributes {
    return stats === undefined || this.#quirks.listsNamesAlone === true ? NO_ATTRIBUTES : this.#shown(stats);
  }

  #attributes(id: number, stats: Stats): void {
    this.#answer(() => this.#sftp.attrs(id, this.#shown(stats)));
  }

  #change(id: number, paths: readonly string[], work: () => unknown): void {
    const isOpen = (path: string): boolean =>
      [...this.#handles.values()].some((handle) => handle.path === this.#at(path));
    if (this.#quirks.locksOpenFiles === true && paths.some(isOpen)) throw new Error('in use');
    work();
    this.#status(id, STATUS_CODE.OK);
  }

  #rename(id: number, from: string, to: string): void {
    const { failsRenameTo } = this.#quirks;
    if (failsRenameTo === basename(to) && !from.endsWith('~replaced')) throw new Error('broken');
    if (this.#quirks.renameOver === 'refused' && existsSync(this.#at(to))) throw new Error('is there');
    this.#change(id, [from, to], () => renameSync(this.#at(from), this.#at(to)));
  }

  #extended(id: number, name: string, data: Buffer | undefined): void {
    const [first = '', second = ''] = textsOf(data ?? Buffer.alloc(0));
    if (name === 'posix-rename@openssh.com') {
      this.#change(id, [first, second], () => renameSync(this.#at(first), this.#at(second)));
    } else if (name === 'limits@openssh.com' && this.#quirks.limits !== undefined) {
      const limits = this.#quirks.limits;
      this.#answer(() => replyWithNumbers(this.#sftp, id, limits));
    } else if (name === 'statvfs@openssh.com') {
      const { bsize, blocks, bfree, bavail } = statfsSync(this.#at(first));
      const numbers = [bsize, bsize, blocks, bfree, bavail, 1, 1, 1, 1, 0, 255];
      this.#answer(() => replyWithNumbers(this.#sftp, id, numbers));
    } else {
      this.#status(id, STATUS_CODE.OP_UNSUPPORTED);
    }
  }
}

// The typings demand all of them, the protocol none.
const NO_ATTRIBUTES = {} as Attributes;

function statusOf(error: unknown, { missingIsFailure = false }: Quirks): number {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT') return missingIsFailure ? STATUS_CODE.FAILURE : STATUS_CODE.NO_SUCH_FILE;
  return code === 'EACCES' || code === 'EPERM' ? STATUS_CODE.PERMISSION_DENIED : STATUS_CODE.FAILURE;
}

function flagsOf(flags: number): string {
  if ((flags & OPEN_MODE.WRITE) === 0) return 'r';
  return (flags & OPEN_MODE.EXCL) !== 0 ? 'wx' : 'r+';
}

/** Texts that follow each other, each behind its length. */
function textsOf(data: Buffer): readonly string[] {
  const texts: string[] = [];
  for (let at = 0; at + 4 <= data.length;) {
    const length = data.readUInt32BE(at);
    texts.push(data.toString('utf8', at + 4, at + 4 + length));
    at += 4 + length;
  }
  return texts;
}

/** ssh2 has no verb for an extended reply: this is its packet. */
function replyWithNumbers(sftp: SFTPWrapper, id: number, numbers: readonly number[]): void {
  const EXTENDED_REPLY = 201;
  const packet = Buffer.alloc(4 + 1 + 4 + 8 * numbers.length);
  packet.writeUInt32BE(packet.length - 4, 0);
  packet[4] = EXTENDED_REPLY;
  packet.writeUInt32BE(id, 5);
  for (const [i, number] of numbers.entries()) packet.writeBigUInt64BE(BigInt(number), 9 + 8 * i);
  sendRaw(sftp, packet);
}

interface Inner {
  readonly _protocol: { channelData(channel: number, data: Buffer): void };
  readonly outgoing: { readonly id: number; window: number };
}

function sendRaw(sftp: SFTPWrapper, packet: Buffer): void {
  const { _protocol: protocol, outgoing } = sftp as unknown as Inner;
  outgoing.window -= packet.length;
  protocol.channelData(outgoing.id, packet);
}
