/** The header blocks of one member, as docs/format.md section 1 has them. The same member always gives the same bytes. */
import { isUtf8 } from 'node:buffer';
import type { Member, MemberType } from './manifest-line.ts';
import { paxRecord, paxTime } from './pax.ts';

export const BLOCK = 512;

const NAME_BYTES = 100;
const LINK_BYTES = 100;
/** The largest number in a field of 8 and of 12 bytes, octal and closed by NUL. */
const MAX_SMALL = 0o7777777;
const MAX_LARGE = 0o77777777777;
const BILLION = 1_000_000_000n;

const TYPE_FLAGS: Readonly<Record<MemberType, number>> = {
  file: 0x30,
  hardlink: 0x31,
  symlink: 0x32,
  directory: 0x35,
};
const PAX_FLAG = 0x78;

const PLAIN = /^[\x20-\x7e]*$/;
const NOT_PLAIN = /[^\x20-\x7e]/g;

/** What one 512-byte block says; texts are latin1 and fit their fields. */
interface Block {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly flag: number;
  readonly link: string;
}

let scratch = Buffer.alloc(8 * BLOCK);

/** Bytes of zero padding after `size` bytes of content. */
export function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/**
 * All header blocks of a member: its pax header when it needs one, then its ustar header.
 *
 * @returns a view that the next call overwrites
 */
export function encodeMember(member: Member): Buffer {
  const name = member.path.toString('latin1') + (member.type === 'directory' ? '/' : '');
  const link = member.link === null ? '' : member.link.toString('latin1');
  const seconds = floorSeconds(member.mtimeNs);
  const records = paxRecords(member, name, link);
  const header: Block = {
    name: field(name, NAME_BYTES),
    mode: member.mode,
    uid: fitting(member.uid, MAX_SMALL),
    gid: fitting(member.gid, MAX_SMALL),
    size: fitting(member.size, MAX_LARGE),
    mtime: fitting(seconds, MAX_LARGE),
    flag: TYPE_FLAGS[member.type],
    link: field(link, LINK_BYTES),
  };
  if (records === '') {
    writeBlock(header, 0);
    return scratch.subarray(0, BLOCK);
  }
  const end = 2 * BLOCK + records.length + padding(records.length);
  if (scratch.length < end) scratch = Buffer.alloc(end);
  const start = BLOCK + records.length;
  writeBlock(paxBlock(header.name, records.length), 0);
  scratch.write(records, BLOCK, 'latin1');
  scratch.fill(0, start, end - BLOCK);
  writeBlock(header, end - BLOCK);
  return scratch.subarray(0, end);
}

function paxBlock(name: string, size: number): Block {
  const last = name.replace(/\/$/, '').replace(/^.*\//, '');
  const own = `PaxHeader/${last}`.slice(0, NAME_BYTES);
  return { name: own, mode: 0o644, uid: 0, gid: 0, size, mtime: 0, flag: PAX_FLAG, link: '' };
}

function paxRecords(member: Member, name: string, link: string): string {
  let records = '';
  const isText = (PLAIN.test(name) || isUtf8(member.path)) && (member.link === null || isUtf8(member.link));
  if (!isText) records += paxRecord('hdrcharset', 'BINARY');
  if (!fits(name, NAME_BYTES)) records += paxRecord('path', name);
  if (!fits(link, LINK_BYTES)) records += paxRecord('linkpath', link);
  if (member.size > MAX_LARGE) records += paxRecord('size', String(member.size));
  if (member.uid > MAX_SMALL) records += paxRecord('uid', String(member.uid));
  if (member.gid > MAX_SMALL) records += paxRecord('gid', String(member.gid));
  const seconds = floorSeconds(member.mtimeNs);
  if (BigInt(seconds) * BILLION !== member.mtimeNs || fitting(seconds, MAX_LARGE) !== seconds) {
    records += paxRecord('mtime', paxTime(member.mtimeNs));
  }
  return records;
}

function floorSeconds(ns: bigint): number {
  const seconds = ns / BILLION;
  return Number(ns < 0n && seconds * BILLION !== ns ? seconds - 1n : seconds);
}

function fits(text: string, size: number): boolean {
  return text.length <= size && PLAIN.test(text);
}

function field(text: string, size: number): string {
  return fits(text, size) ? text : text.slice(0, size).replace(NOT_PLAIN, '_');
}

/** The number, or 0 where the field cannot hold it and a pax record says it. */
function fitting(value: number, max: number): number {
  return value >= 0 && value <= max ? value : 0;
}

function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, '0')}\0`;
}

const MAGIC_AND_OWNER = `ustar\x0000${'\0'.repeat(64)}`;
const DEVICE = octal(0, 7) + octal(0, 7);

function writeBlock(block: Block, at: number): void {
  const head =
    block.name.padEnd(NAME_BYTES, '\0') +
    octal(block.mode, 7) +
    octal(block.uid, 7) +
    octal(block.gid, 7) +
    octal(block.size, 11) +
    octal(block.mtime, 11);
  scratch.fill(0, at, at + BLOCK);
  scratch.write(head, at, 'latin1');
  scratch.fill(0x20, at + 148, at + 156);
  scratch[at + 156] = block.flag;
  if (block.link !== '') scratch.write(block.link, at + 157, 'latin1');
  scratch.write(MAGIC_AND_OWNER, at + 257, 'latin1');
  scratch.write(DEVICE, at + 329, 'latin1');
  scratch.write(`${checksum(at).toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
}

/** Everything behind the device numbers is zero and adds nothing. */
function checksum(at: number): number {
  let sum = 0;
  for (let i = at; i < at + 345; i++) sum += scratch[i] ?? 0;
  return sum;
}
