import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { buildTar, file, folderEntry, hardlink, symlink, type BuiltTar } from '../../../helpers/built-archive.ts';
import { isLongRun, recordFigure, tellProgress } from '../../../helpers/figures.ts';
import { assertRestored, stored, Surroundings, told } from '../../../helpers/hostile.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';
import { seal, WRAPPINGS, wrapTar, type Wrapping } from '../../../helpers/wrapped-archive.ts';

const BLOCK = 512;
/** What a cut archive may be called. */
const CUT =
  /cut off|damaged|ends before|no manifest|too short|is not backup\.json|ends too early|not where the manifest says|header of manifest\.jsonl/;

/** Does not compress. */
const noise = (size: number): string =>
  Array.from({ length: Math.ceil(size / 64) }, (_, i) => createHash('sha256').update(String(i)).digest('hex'))
    .join('')
    .slice(0, size);

const ENTRIES = [
  folderEntry('d'),
  file('d/noise', noise(9_000)),
  file('d/empty', ''),
  file(`d/${'n'.repeat(120)}`, 'long name'),
  hardlink('d/twin', 'd/noise'),
  symlink('d/out', '../outside'),
];

describe('an archive that is cut off', function () {
  this.timeout(3_600_000);
  const folder = tempFolder();

  /** Every 512 bytes in a long run; a part of them, always the first and the last, in a usual one. */
  function cuts(length: number): number[] {
    const all = Array.from({ length: Math.ceil(length / BLOCK) }, (_, i) => i * BLOCK);
    const step = isLongRun ? 1 : Math.ceil(all.length / 6);
    return [...all.filter((_, i) => i % step === 0), all.at(-1) ?? 0, length - 1];
  }

  for (const [name, wrapping] of Object.entries(WRAPPINGS)) {
    it(`is refused wherever its file ends, with a sidecar that agrees, and restored whole (${name})`, async () => {
      const around = new Surroundings(folder());
      const built = buildTar(ENTRIES);
      const whole = await stored(built, wrapping);
      const places = cuts(whole.bytes.length);
      for (const length of places) {
        tellProgress(`cut at ${String(length)} of ${String(whole.bytes.length)}`);
        const cut = told(whole.bytes.subarray(0, length), built, wrapping);
        await around.assertRefused(cut, { message: CUT });
      }
      recordFigure(`restores of an archive cut off every 512 bytes (${name}): refused, nothing changed`, places.length);
      await around.restore(whole);
      assertRestored(around.target, ENTRIES);
      around.assertOutsideUntouched();
    });

    it(`is refused wherever its tar ends, whole in all that is around it (${name})`, async () => {
      const around = new Surroundings(folder());
      const built = buildTar(ENTRIES);
      const places = cuts(built.tar.length);
      for (const length of places) {
        tellProgress(`cut at ${String(length)} of ${String(built.tar.length)}`);
        await around.assertRefused(await cutTar(built, length, wrapping), { message: CUT });
      }
      recordFigure(`restores of a tar cut off every 512 bytes (${name}): refused, nothing changed`, places.length);
    });
  }

  it('is refused where two zero blocks close the tar before its manifest', async () => {
    const built = buildTar(ENTRIES);
    for (const [name, wrapping] of Object.entries(WRAPPINGS)) {
      const around = new Surroundings(mkdtempSync(join(folder(), `${name}-`)));
      const tar = Buffer.concat([built.tar.subarray(0, built.manifestAt), Buffer.alloc(2 * BLOCK)]);
      const closed = told(await wrapTar(tar, built.manifestAt, wrapping), built, wrapping);
      await around.assertRefused(closed, { message: /no manifest|header of manifest\.jsonl is damaged/ });
    }
  });
});

/** The tar up to there, with trailer and seek table that fit what is left. */
async function cutTar(built: BuiltTar, length: number, wrapping: Wrapping): ReturnType<typeof stored> {
  const tar = built.tar.subarray(0, length);
  // Where the manifest is cut off, something else stands in its place.
  const manifestAt = Math.min(built.manifestAt, Math.max(0, length - (length % BLOCK) - BLOCK));
  if (length > 0) return told(await wrapTar(tar, manifestAt, wrapping), built, wrapping);
  return told(wrapping.keys === null ? tar : await seal(tar), built, wrapping);
}
