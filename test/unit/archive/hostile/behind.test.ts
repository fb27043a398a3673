import { compressFrame } from '../../../../src/archive/format/frame.ts';
import { buildTar, file, folderEntry, type BuiltTar } from '../../../helpers/built-archive.ts';
import { assertRestored, stored, Surroundings, told, type Stored } from '../../../helpers/hostile.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';
import { seal, wrapTar, WRAPPINGS, type Wrapping } from '../../../helpers/wrapped-archive.ts';

const ENTRIES = [folderEntry('d'), file('d/a'), file('b')];
const SECOND = buildTar([file('second')]).tar;

type Making = (built: BuiltTar, wrapping: Wrapping) => Promise<Stored>;

/** Behind the two zero blocks that end a tar. */
const inTar =
  (behind: Buffer): Making =>
  (_, wrapping) =>
    stored(buildTar(ENTRIES, { behind }), wrapping);

/** Behind the last byte of the file. */
const inFile =
  (behind: Buffer): Making =>
  async (built, wrapping) =>
    told(Buffer.concat([(await stored(built, wrapping)).bytes, behind]), built, wrapping);

const CASES: Readonly<Record<string, Making>> = {
  'a zero block behind the end of the tar': inTar(Buffer.alloc(512)),
  'the zero blocks that GNU tar fills up with': inTar(Buffer.alloc(10_240)),
  'something behind the end of the tar': inTar(Buffer.alloc(512, 'x')),
  'a whole tar behind the end of the tar': inTar(SECOND),
  'five MiB of zeros behind the end of the tar': inTar(Buffer.alloc(5 * 1024 * 1024)),
  'a byte behind the file': inFile(Buffer.of(0)),
  'a block behind the file': inFile(Buffer.alloc(512)),
  'a whole tar behind the file': inFile(SECOND),
  'the whole file once more': async (built, wrapping) => {
    const { bytes } = await stored(built, wrapping);
    // A tar twice is a tar behind a tar, which its own test has; here the first one has a member more.
    const first = (await stored(buildTar([...ENTRIES, file('first')]), wrapping)).bytes;
    return told(Buffer.concat([first, bytes]), built, wrapping);
  },
};

/** For what is not compressed these do not exist. */
const COMPRESSED_CASES: Readonly<Record<string, Making>> = {
  'a piece that no table tells of, before the trailer': (built, wrapping) =>
    stored(built, wrapping, { behindPieces: Buffer.from(compressFrame(SECOND, wrapping.compression)) }),
  'bytes that are no piece, before the trailer': (built, wrapping) =>
    stored(built, wrapping, { behindPieces: Buffer.alloc(100) }),
};

const ENCRYPTED_CASES: Readonly<Record<string, Making>> = {
  'a file inside that goes on behind its end': async (built, wrapping) => {
    const inner = await wrapTar(built.tar, built.manifestAt, { ...wrapping, keys: null });
    return told(await seal(Buffer.concat([inner, SECOND])), built, wrapping);
  },
};

const SAYS =
  /behind the end|cut off|damaged|no manifest|no seek table|no trailer|not what was encrypted|another backup|not fit|header is not what|not where the manifest says/;

describe('an archive with something behind its end', () => {
  const folder = tempFolder();

  for (const [name, wrapping] of Object.entries(WRAPPINGS)) {
    const cases = {
      ...CASES,
      ...(wrapping.compression === 'none' ? {} : COMPRESSED_CASES),
      ...(wrapping.keys === null ? {} : ENCRYPTED_CASES),
    };
    it(`is refused, and restored without it (${name})`, async function () {
      const around = new Surroundings(folder());
      const built = buildTar(ENTRIES);
      for (const make of Object.values(cases)) {
        await around.assertRefused(await make(built, wrapping), { message: SAYS });
      }
      await around.restore(await stored(built, wrapping));
      assertRestored(around.target, ENTRIES);
      around.assertOutsideUntouched();
    });
  }
});
