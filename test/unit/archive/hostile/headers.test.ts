import { encodeMember } from '../../../../src/archive/format/tar-header.ts';
import { paxRecord } from '../../../../src/archive/format/pax.ts';
import type { Member } from '../../../../src/archive/format/manifest-line.ts';
import { file, folderEntry, member, type BuildOptions, type Entry } from '../../../helpers/built-archive.ts';
import { hostileCases, type HostileCase } from '../../../helpers/hostile.ts';

const BLOCK = 512;

/** The ustar header of a member with a part of it written over, and its checksum made right. */
function ustar(one: Member, at: number, bytes: Buffer | string): Buffer {
  const block = Buffer.from(encodeMember(one)).subarray(-BLOCK);
  Buffer.from(bytes).copy(block, at);
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

const flagged = (path: string, flag: string): Buffer => ustar(member(path), 156, flag);

/** An extended header with these records before a member. */
function extended(flag: string, records: string, one: Member): Buffer {
  const body = Buffer.alloc(Math.ceil(records.length / BLOCK) * BLOCK);
  body.write(records, 'latin1');
  const head = ustar(member('PaxHeader/a', { size: records.length }), 156, flag);
  return Buffer.concat([head, body, Buffer.from(encodeMember(one))]);
}

/** A header whose pax record begins with another name, of the same length. */
function climbing(one: Member): Buffer {
  const header = Buffer.from(encodeMember({ ...one, size: CONTENT.length }));
  header.write('../', header.indexOf('path=') + 'path='.length);
  return header;
}

const A = member('a', { size: 4 });
const CONTENT = Buffer.from('evil');
/** A file whose header is not the one that the manifest tells of. */
const lying = (header: Buffer, content: Buffer = CONTENT): Entry => ({ member: A, content, header });
const TWIN = [file('a')];
const against = (header: Buffer, message: RegExp): HostileCase => ({
  entries: [lying(header), file('b')],
  twin: [file('a'), file('b')],
  message,
});
/** The manifest says an empty file, the tar says something that is more than one. */
const kind = (flag: string, what: RegExp): HostileCase => ({
  entries: [{ member: member('a'), header: flagged('a', flag) }],
  twin: [file('a', '')],
  message: what,
});

const records = (text: string, message: RegExp, flag = 'x'): HostileCase => against(extended(flag, text, A), message);

/** 8 bytes in base 256, as GNU tar writes what octal cannot say. */
function base256(value: bigint): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeBigUInt64BE(value, 4);
  bytes[0] = 0x80;
  return bytes;
}

/** The manifest's line of the second member, changed. */
const line = (change: (text: string) => string): BuildOptions => ({
  lines: (lines) => lines.map((one, i) => (i === 1 ? change(one) : one)),
});
const listed = (change: (text: string) => string, message: RegExp): HostileCase => ({
  entries: TWIN,
  options: line(change),
  twin: TWIN,
  message,
});

describe('an archive with a member that is none of ours', () => {
  hostileCases(() => ({
    'a character device': kind('3', /^a: its header is not what the manifest says: it is a character device\.$/),
    'a block device': kind('4', /it is a block device/),
    'a FIFO': kind('6', /it is a FIFO/),
    'a sparse file of GNU tar': kind('S', /it is a sparse file of GNU tar/),
    'a folder in the place of a file': kind('5', /it is a folder/),
    'a symbolic link in the place of a file': kind('2', /it is a symbolic link/),
    'a hard link in the place of a file': kind('1', /it is a hard link/),
    'a type that nobody knows': kind('\x1b', /of the unknown type "\\u\{1b\}"/),
    'a device in the manifest': listed((text) => text.replace('"file"', '"device"'), /unknown device/),
    'a FIFO in the manifest': listed((text) => text.replace('"file"', '"fifo"'), /unknown fifo/),
  }));
});

describe('an archive with a header that lies', () => {
  hostileCases(() => ({
    'another name': against(ustar(A, 0, 'x'), /it has another name/),
    'a prefix before the name': against(ustar(A, 345, '../outside'), /^a: its header is not what the manifest says/),
    'another mode': against(ustar(A, 100, '0004777'), /it has another mode/),
    'another owner': against(ustar(A, 108, '0001000'), /it has another owner/),
    'the name of an owner': against(ustar(A, 265, 'root'), /^a: its header is not what the manifest says/),
    'another time': against(ustar(A, 136, '00000000001'), /it has another time/),
    'a link': against(ustar(A, 157, '/etc/passwd'), /it has another link/),
    'a smaller size': against(ustar(A, 124, '00000000003'), /it has another size/),
    'a size of 2^63': against(ustar(A, 124, base256(2n ** 63n)), /it has another size/),
    'a negative size': against(ustar(A, 124, Buffer.alloc(12, 0xff)), /it has another size/),
    'a size of more than 8 GiB': against(ustar(A, 124, '77777777777'), /it has another size/),
    'a wrong checksum': against(
      Buffer.concat([Buffer.from(encodeMember(A)).fill('0', 148, 154)]),
      /^a: its header is not what the manifest says: it is damaged/,
    ),
    'no header at all': against(Buffer.alloc(BLOCK), /there is none/),
    'a size of 2^63 in the manifest': listed(
      (text) => text.replace('"size":4', '"size":9223372036854775808'),
      /size is no number from 0 to 9007199254740991/,
    ),
    'a negative size in the manifest': listed((text) => text.replace('"size":4', '"size":-4'), /size is no number/),
    'half a byte in the manifest': listed((text) => text.replace('"size":4', '"size":4.5'), /size is no number/),
    'the largest size of all in the manifest': listed(
      (text) => text.replace('"size":4', '"size":9007199254740991'),
      /^a: the manifest says that it has 9007199254740991 bytes, more than the archive holds/,
    ),
    'the largest size of all, in the header too': {
      entries: [{ member: { ...A, size: Number.MAX_SAFE_INTEGER, sparse: true }, content: CONTENT }],
      twin: [{ member: { ...A, sparse: true }, content: CONTENT }],
      message: /^a: the manifest says that it has 9007199254740991 bytes/,
    },
    'a negative place in the manifest': listed(
      (text) => text.replace('"offset":1024', '"offset":-1024'),
      /offset is no/,
    ),
    'a name in base64 that is text': listed((text) => text.replace('"path":"a"', '"path_b64":"YQ=="'), /damaged line/),
  }));
});

describe('an archive with tricks of pax', () => {
  const long = 'n'.repeat(150);
  hostileCases(() => ({
    'another path': records(paxRecord('path', '../outside/secret'), /it is a pax header/),
    'another path of the same length': {
      entries: [{ member: member(long, { size: 4 }), content: CONTENT, header: climbing(member(long)) }],
      twin: [file(long)],
      message: /^n+: its header is not what the manifest says: its pax header says something else/,
    },
    'a path for all members': records(
      paxRecord('path', '../outside/secret'),
      /it is a pax header for all members/,
      'g',
    ),
    'a long name of GNU tar': records('../outside/secret\0', /it is a long name of GNU tar/, 'L'),
    'a long link of GNU tar': records('/etc/passwd\0', /it is a long link of GNU tar/, 'K'),
    'a link': records(paxRecord('linkpath', '/etc/passwd'), /it is a pax header/),
    'a size of 2^63': records(paxRecord('size', '9223372036854775808'), /it is a pax header/),
    'a size of nothing': records(paxRecord('size', '0'), /it is a pax header/),
    'a record that is longer than it says': records('9 path=../outside/secret\n', /it is a pax header/),
    'a record that is shorter than it says': records('999 path=b\n', /it is a pax header/),
    'a record without length': records('path=b\n', /it is a pax header/),
    'a record of 1 MiB': records(paxRecord('comment', 'x'.repeat(1024 * 1024)), /it is a pax header/),
    'a sparse map': records(paxRecord('GNU.sparse.realsize', '1099511627776'), /it is a pax header/),
    'an owner that is no number': records(paxRecord('uid', 'root'), /it is a pax header/),
    'no pax header where one is needed': {
      entries: [
        { member: member('ä', { size: 4 }), content: CONTENT, header: ustar(member('_', { size: 4 }), 0, '_') },
      ],
      twin: [{ member: { ...A, path: Buffer.from('ä') }, content: CONTENT }],
      message: /its header is not what the manifest says|padding/,
    },
    'a mode of more than twelve bits': listed(
      (text) => text.replace('"mode":420', '"mode":65535'),
      /mode is no number/,
    ),
    'a folder with content': {
      entries: [{ ...folderEntry('d'), content: CONTENT }, file('a')],
      twin: [folderEntry('d'), file('a')],
      message: /^a: it is not where the manifest says/,
    },
  }));
});
