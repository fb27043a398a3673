/**
 * A file system in memory, spoken to by the kernel through /dev/fuse (open as descriptor 3): it knows no case and no difference
 * between the forms of a letter, and keeps names as they were first given, as those of macOS and Windows do.
 */
import { readSync, writeSync } from 'node:fs';

const DEVICE = 3;
const ROOT = 1;
const IN_HEADER = 40;
const OUT_HEADER = 16;
const FOLDER = 0o040000;
const LINK = 0o120000;
const FILE = 0o100000;
const KIND = 0o170000;
const [ENOENT, EEXIST, EINVAL, ENOSYS, ENOTEMPTY] = [2, 17, 22, 38, 39];

interface Node {
  readonly ino: number;
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  mtime: bigint;
  nanos: number;
  content: Buffer;
  /** Of a folder: by what names have in common, the name and what it is. */
  readonly children: Map<string, { readonly name: string; readonly node: Node }>;
}

class Refusal extends Error {
  readonly errno: number;

  constructor(errno: number) {
    super(`errno ${String(errno)}`);
    this.errno = errno;
  }
}

const nodes = new Map<number, Node>();

function newNode(mode: number): Node {
  const ino = nodes.size + 1;
  const node: Node = {
    ino,
    mode,
    nlink: 1,
    uid: 0,
    gid: 0,
    mtime: 0n,
    nanos: 0,
    content: Buffer.alloc(0),
    children: new Map(),
  };
  nodes.set(ino, node);
  return node;
}

const folded = (name: string): string => name.normalize('NFD').toLowerCase();

/** One request of the kernel. */
class Request {
  readonly opcode: number;
  readonly unique: bigint;
  readonly node: Node;
  readonly body: Buffer;

  constructor(bytes: Buffer) {
    this.opcode = bytes.readUInt32LE(4);
    this.unique = bytes.readBigUInt64LE(8);
    this.node = nodeOf(bytes.readBigUInt64LE(16));
    this.body = Buffer.from(bytes.subarray(IN_HEADER));
  }

  names(at = 0): string[] {
    return this.body
      .toString('latin1', at)
      .split('\0')
      .map((name) => Buffer.from(name, 'latin1').toString());
  }
}

function nodeOf(ino: bigint): Node {
  const node = nodes.get(Number(ino) || ROOT);
  if (node === undefined) throw new Refusal(ENOENT);
  return node;
}

function attributes({ ino, mode, nlink, uid, gid, mtime, nanos, content }: Node): Buffer {
  const out = Buffer.alloc(88);
  const blocks = Math.ceil(content.length / 512);
  for (const [i, value] of [ino, content.length, blocks].entries()) out.writeBigUInt64LE(BigInt(value), i * 8);
  for (const at of [24, 32, 40]) out.writeBigInt64LE(mtime, at);
  for (const at of [48, 52, 56]) out.writeUInt32LE(nanos, at);
  for (const [i, value] of [mode, nlink, uid, gid, 0, 4096].entries()) out.writeUInt32LE(value, 60 + i * 4);
  return out;
}

/** Nothing may be remembered by the kernel: one entry has many names. */
function entry(node: Node): Buffer {
  const out = Buffer.alloc(40);
  out.writeBigUInt64LE(BigInt(node.ino), 0);
  return Buffer.concat([out, attributes(node)]);
}

function find(folder: Node, name: string): Node {
  const found = folder.children.get(folded(name));
  if (found === undefined) throw new Refusal(ENOENT);
  return found.node;
}

function add(folder: Node, name: string, node: Node): Buffer {
  if (folder.children.has(folded(name))) throw new Refusal(EEXIST);
  folder.children.set(folded(name), { name, node });
  return entry(node);
}

function remove(folder: Node, name: string): Buffer {
  const node = find(folder, name);
  if (node.children.size > 0) throw new Refusal(ENOTEMPTY);
  folder.children.delete(folded(name));
  node.nlink -= 1;
  return Buffer.alloc(0);
}

function rename(from: Node, to: Node, [name = '', next = '']: readonly string[]): Buffer {
  const node = find(from, name);
  from.children.delete(folded(name));
  to.children.set(folded(next), { name: next, node });
  return Buffer.alloc(0);
}

function setAttributes({ node, body }: Request): Buffer {
  const valid = body.readUInt32LE(0);
  if ((valid & 1) !== 0) node.mode = (node.mode & KIND) | (body.readUInt32LE(68) & 0o7777);
  if ((valid & 2) !== 0) node.uid = body.readUInt32LE(76);
  if ((valid & 4) !== 0) node.gid = body.readUInt32LE(80);
  if ((valid & 8) !== 0) {
    const size = Number(body.readBigUInt64LE(16));
    const grown = Buffer.alloc(size);
    node.content.copy(grown);
    node.content = grown;
  }
  if ((valid & 32) !== 0) {
    node.mtime = body.readBigInt64LE(40);
    node.nanos = body.readUInt32LE(60);
  }
  return Buffer.concat([Buffer.alloc(16), attributes(node)]);
}

function write({ node, body }: Request): Buffer {
  const offset = Number(body.readBigUInt64LE(8));
  const size = body.readUInt32LE(16);
  const grown = Buffer.alloc(Math.max(node.content.length, offset + size));
  node.content.copy(grown);
  body.copy(grown, offset, 40, 40 + size);
  node.content = grown;
  const out = Buffer.alloc(8);
  out.writeUInt32LE(size, 0);
  return out;
}

function read({ node, body }: Request): Buffer {
  const offset = Number(body.readBigUInt64LE(8));
  return node.content.subarray(offset, offset + body.readUInt32LE(16));
}

function readFolder({ node, body }: Request): Buffer {
  const offset = Number(body.readBigUInt64LE(8));
  const most = body.readUInt32LE(16);
  const parts: Buffer[] = [];
  let length = 0;
  for (const [i, { name, node: child }] of [...node.children.values()].entries()) {
    if (i < offset) continue;
    const bytes = Buffer.from(name);
    const out = Buffer.alloc(24 + Math.ceil(bytes.length / 8) * 8);
    if (length + out.length > most) break;
    out.writeBigUInt64LE(BigInt(child.ino), 0);
    out.writeBigUInt64LE(BigInt(i + 1), 8);
    out.writeUInt32LE(bytes.length, 16);
    out.writeUInt32LE((child.mode & KIND) >> 12, 20);
    bytes.copy(out, 24);
    parts.push(out);
    length += out.length;
  }
  return Buffer.concat(parts);
}

function init(): Buffer {
  const out = Buffer.alloc(64);
  for (const [i, value] of [7, 31, 65_536, 0].entries()) out.writeUInt32LE(value, i * 4);
  out.writeUInt32LE(65_536, 20);
  out.writeUInt32LE(1, 24);
  return out;
}

function diskSpace(): Buffer {
  const out = Buffer.alloc(80);
  for (let i = 0; i < 5; i++) out.writeBigUInt64LE(100_000n, i * 8);
  for (const [i, value] of [4096, 255, 4096].entries()) out.writeUInt32LE(value, 40 + i * 4);
  return out;
}

function made(request: Request, kind: number, at: number): Buffer {
  const { node, body } = request;
  const [name = ''] = request.names(at);
  return add(node, name, newNode(kind | (body.readUInt32LE(at === 8 ? 0 : 4) & 0o7777)));
}

const VERBS: Readonly<Record<number, (request: Request) => Buffer>> = {
  1: (request) => entry(find(request.node, request.names()[0] ?? '')),
  3: ({ node }) => Buffer.concat([Buffer.alloc(16), attributes(node)]),
  4: setAttributes,
  5: ({ node }) => node.content,
  6: (request) => {
    const [name = '', target = ''] = request.names();
    const node = newNode(LINK | 0o777);
    node.content = Buffer.from(target);
    return add(request.node, name, node);
  },
  9: (request) => made(request, FOLDER, 8),
  10: (request) => remove(request.node, request.names()[0] ?? ''),
  11: (request) => remove(request.node, request.names()[0] ?? ''),
  12: (request) => rename(request.node, nodeOf(request.body.readBigUInt64LE(0)), request.names(8)),
  13: (request) => {
    const node = nodeOf(request.body.readBigUInt64LE(0));
    const out = add(request.node, request.names(8)[0] ?? '', node);
    node.nlink += 1;
    return Buffer.concat([out.subarray(0, 40), attributes(node)]);
  },
  14: () => Buffer.alloc(16),
  15: read,
  16: write,
  17: diskSpace,
  18: () => Buffer.alloc(0),
  20: () => Buffer.alloc(0),
  25: () => Buffer.alloc(0),
  26: init,
  27: () => Buffer.alloc(16),
  28: readFolder,
  29: () => Buffer.alloc(0),
  34: () => Buffer.alloc(0),
  35: (request) => Buffer.concat([made(request, FILE, 16), Buffer.alloc(16)]),
  45: (request) => {
    if (request.body.readUInt32LE(8) !== 0) throw new Refusal(EINVAL);
    return rename(request.node, nodeOf(request.body.readBigUInt64LE(0)), request.names(16));
  },
};

/** Forgetting and interrupting have no answer. */
const UNANSWERED: readonly number[] = [2, 36, 42];

function answer(request: Buffer): Buffer | null {
  const opcode = request.readUInt32LE(4);
  if (UNANSWERED.includes(opcode)) return null;
  const header = Buffer.alloc(OUT_HEADER);
  request.copy(header, 8, 8, 16);
  let body: Buffer = Buffer.alloc(0);
  try {
    const verb = VERBS[opcode];
    if (verb === undefined) throw new Refusal(ENOSYS);
    body = verb(new Request(request));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    header.writeInt32LE(-error.errno, 4);
  }
  header.writeUInt32LE(OUT_HEADER + body.length, 0);
  return Buffer.concat([header, body]);
}

const BEFORE_MOUNT = 'EPERM';
const PAUSE_MS = 10;
const PAUSES = 1_000;

/** The next request. The first may be waited for: whoever mounts the disk may be slower than this process. */
function nextRequest(buffer: Buffer): Buffer {
  for (let i = 0; ; i++) {
    try {
      return buffer.subarray(0, readSync(DEVICE, buffer));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== BEFORE_MOUNT || i === PAUSES) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}

newNode(FOLDER | 0o755);
const buffer = Buffer.alloc(1024 * 1024);
try {
  for (;;) {
    const reply = answer(nextRequest(buffer));
    if (reply !== null) writeSync(DEVICE, reply);
  }
} catch (error) {
  // Unmounted.
  if ((error as NodeJS.ErrnoException).code !== 'ENODEV') throw error;
}
