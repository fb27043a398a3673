/** Random trees of files, and what a tree looks like from outside. Names are bytes. */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import fc from 'fast-check';

export type Node =
  | {
      readonly kind: 'file';
      readonly name: Buffer;
      readonly size: number;
      readonly mode: number;
      readonly time: number;
    }
  | { readonly kind: 'link'; readonly name: Buffer; readonly target: string }
  | { readonly kind: 'twin'; readonly name: Buffer }
  | { readonly kind: 'folder'; readonly name: Buffer; readonly mode: number; readonly children: readonly Node[] };

const PIECE = 4 * 1024 * 1024;
const SLASH = Buffer.from('/');

const name = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).map((text) => Buffer.from(text)),
    fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    fc.integer({ min: 90, max: 120 }).map((length) => Buffer.alloc(length, 'x')),
    fc
      .constantFrom('a\nb', 'a\\b', '"', "'", ' ', '-rf', 'ä', '.hidden', '..x', 'x'.repeat(255))
      .map((text) => Buffer.from(text)),
  )
  .filter(
    (bytes) =>
      bytes.length < 256 &&
      !bytes.includes(0) &&
      !bytes.includes(0x2f) &&
      !/^\.{1,2}$/.test(bytes.toString('latin1')) &&
      isComposed(bytes),
  );
const size = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom(0, 1, 511, 512, 513, 1024) },
  { weight: 10, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(PIECE - 1024, PIECE - 1, PIECE, PIECE + 1) },
);
const fileMode = fc.constantFrom(0o644, 0o600, 0o755, 0o400, 0o777, 0o640);
const time = fc.oneof(
  fc.integer({ min: 0, max: 2_000_000_000 }),
  fc.constantFrom(1.5, 1763600400.999999, 8_600_000_000),
);

const { tree } = fc.letrec<{ tree: Node; folder: Node }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constant('file' as const), name, size, mode: fileMode, time }),
    fc.record({ kind: fc.constant('twin' as const), name }),
    fc.record({
      kind: fc.constant('link' as const),
      name,
      target: fc.constantFrom('/etc/passwd', '../..', 'nowhere', 'a'),
    }),
    tie('folder'),
  ),
  folder: fc.record({
    kind: fc.constant('folder' as const),
    name,
    mode: fc.constantFrom(0o755, 0o700, 0o750),
    children: fc.array(tie('tree'), { maxLength: 6 }),
  }),
}));

/** bsdtar composes letters of names that are text, so random names are composed already. */
function isComposed(bytes: Buffer): boolean {
  return !isUtf8(bytes) || bytes.toString() === bytes.toString().normalize('NFC');
}

/** The children of one folder. */
export const forest: fc.Arbitrary<readonly Node[]> = fc.array(tree, { maxLength: 8 });

/** Makes the tree on disk; of two children with one name the second is left out, and a twin is a hard link to the file before it. */
export function plant(folder: Buffer, nodes: readonly Node[]): void {
  let last: Buffer | null = null;
  for (const node of nodes) {
    const path = Buffer.concat([folder, SLASH, node.name]);
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) continue;
    switch (node.kind) {
      case 'file':
        writeFileSync(path, content(node.size, node.time));
        chmodSync(path, node.mode);
        utimesSync(path, node.time, node.time);
        last = path;
        break;
      case 'twin':
        if (last !== null) linkSync(last, path);
        break;
      case 'link':
        symlinkSync(node.target, path);
        lutimesSync(path, 1_700_000_000, 1_700_000_000);
        break;
      case 'folder':
        mkdirSync(path);
        plant(path, node.children);
        chmodSync(path, node.mode);
        utimesSync(path, 1_600_000_000, 1_600_000_000);
    }
  }
}

function content(length: number, seed: number): Buffer {
  const block = createHash('sha512').update(String(seed)).digest();
  const bytes = Buffer.alloc(length, 'nightkeep ');
  for (let at = 0; at + block.length <= length; at += 1000) block.copy(bytes, at);
  return bytes;
}

export interface SeenEntry {
  readonly mode: number;
  readonly seconds: number;
  readonly what: string;
  readonly links: number;
}

/** Everything below a folder, by its name as latin1: what two equal trees have in common. */
export function look(folder: Buffer | string): Map<string, SeenEntry> {
  const seen = new Map<string, SeenEntry>();
  lookInto(folder, '', seen);
  return seen;
}

function lookInto(folder: Buffer | string, prefix: string, seen: Map<string, SeenEntry>): void {
  const base = Buffer.from(folder);
  for (const child of readdirSync(base, { encoding: 'buffer' })) {
    const path = Buffer.concat([base, SLASH, child]);
    const key = `${prefix}${child.toString('latin1')}`;
    const stat = lstatSync(path);
    const { mode, nlink } = stat;
    const seconds = Math.floor(stat.mtimeMs / 1000);
    if (stat.isDirectory()) {
      seen.set(key, { mode, seconds, what: 'folder', links: 0 });
      lookInto(path, `${key}/`, seen);
    } else if (stat.isSymbolicLink()) {
      seen.set(key, { mode, seconds, what: `-> ${readlinkSync(path)}`, links: nlink });
    } else {
      const what = createHash('sha256').update(readFileSync(path)).digest('hex');
      seen.set(key, { mode, seconds, what, links: nlink });
    }
  }
}
