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
  const records = paxRecords({ member, name, link, seconds });
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

/** A member with its texts as latin1 and the whole seconds of its time. */
interface Described {
  readonly member: Member;
  readonly name: string;
  readonly link: string;
  readonly seconds: number;
}

function paxRecords({ member, name, link, seconds }: Described): string {
  let records = '';
  const isText = (PLAIN.test(name) || isUtf8(member.path)) && (member.link === null || isUtf8(member.link));
  if (!isText) records += paxRecord('hdrcharset', 'BINARY');
  if (!fits(name, NAME_BYTES)) records += paxRecord('path', name);
  if (!fits(link, LINK_BYTES)) records += paxRecord('linkpath', link);
  if (member.size > MAX_LARGE) records += paxRecord('size', String(member.size));
  if (member.uid > MAX_SMALL) records += paxRecord('uid', String(member.uid));
  if (member.gid > MAX_SMALL) records += paxRecord('gid', String(member.gid));
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

const NAME_AT = 0;
const MODE_AT = 100;
const UID_AT = 108;
const GID_AT = 116;
const SIZE_AT = 124;
const MTIME_AT = 136;
const SUM_AT = 148;
const FLAG_AT = 156;
const LINK_AT = 157;
const MAGIC_AT = 257;
const DEVICE_AT = 329;

/** What all blocks have in common. In the sum of a block, its own field counts as spaces. */
const COMMON = ((): Buffer => {
  const block = Buffer.alloc(BLOCK);
  block.fill(0x20, SUM_AT, FLAG_AT);
  block.write('ustar\x0000', MAGIC_AT, 'latin1');
  block.write('0000000\x000000000', DEVICE_AT, 'latin1');
  return block;
})();
const COMMON_SUM = COMMON.reduce((sum, byte) => sum + byte, 0);

/** Writes bytes and adds them up as it goes: nothing is made that would have to be collected, of which there would be much. */
function writeBlock(block: Block, at: number): void {
  scratch.set(COMMON, at);
  scratch[at + FLAG_AT] = block.flag;
  const sum =
    COMMON_SUM +
    block.flag +
    writeText(block.name, at + NAME_AT) +
    writeOctal(block.mode, at + MODE_AT, 7) +
    writeOctal(block.uid, at + UID_AT, 7) +
    writeOctal(block.gid, at + GID_AT, 7) +
    writeOctal(block.size, at + SIZE_AT, 11) +
    writeOctal(block.mtime, at + MTIME_AT, 11) +
    writeText(block.link, at + LINK_AT);
  writeOctal(sum, at + SUM_AT, 6);
  scratch[at + SUM_AT + 6] = 0;
}

/** @returns the sum of its bytes */
function writeText(text: string, at: number): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) {
    const byte = text.charCodeAt(i);
    scratch[at + i] = byte;
    sum += byte;
  }
  return sum;
}

/** @returns the sum of its bytes */
function writeOctal(value: number, at: number, digits: number): number {
  let sum = 0;
  let left = value;
  for (let i = digits - 1; i >= 0; i--) {
    const digit = left % 8;
    left = (left - digit) / 8;
    scratch[at + i] = DIGIT_0 + digit;
    sum += DIGIT_0 + digit;
  }
  return sum;
}

const DIGIT_0 = 0x30;
