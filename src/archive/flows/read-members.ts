import { posix } from 'node:path';
import { BackupError } from '../../errors.ts';
import { isContextFile, opensAsContext } from '../../installation/content/context-files.ts';
import { isFlowName, type Ask, type Reading, type Told } from '../../installation/content/reading.ts';
import { formatBytes } from '../../io/format-bytes.ts';
import { Lockstep, memberError, shown, type MemberEntry } from '../read/lockstep.ts';
import type { OpenArchive } from '../read/open-archive.ts';
import { OwnHeader } from '../read/own-header.ts';
import { TarInput } from '../read/tar-input.ts';

/** Flow files have a few megabytes at most. */
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_LINKS = 8;

/** What one pass over an archive found. */
interface Found {
  /** By name. */
  readonly contents: Map<string, Uint8Array>;
  /** Where links lead that stand in for a wanted file, or for a folder that it lies in. */
  readonly links: Map<string, string>;
  readonly flowNames: string[];
  readonly badContexts: string[];
}

/**
 * Does a reading with the members of an archive, each checked against the manifest; what lies between them is not read where that can be
 * helped.
 *
 * @param begin - what is to be read, by what is in `backup.json`
 * @throws BackupError `archive_corrupt` and others
 */
export async function readingOfArchive<T>(
  archive: OpenArchive,
  backupId: string,
  begin: (header: Readonly<Record<string, unknown>>) => Reading<T>,
): Promise<T> {
  const reading = begin(await headerOf(archive, backupId));
  for (let step = reading.next(); ;) {
    if (step.done === true) return step.value;
    step = reading.next(await tell(archive, step.value));
  }
}

async function headerOf(archive: OpenArchive, backupId: string): Promise<Readonly<Record<string, unknown>>> {
  const input = new TarInput(archive.pieces());
  const header = new OwnHeader();
  for await (const line of archive.manifest()) {
    if (line.kind !== 'member') continue;
    header.begin(line);
    await input.drive(new Lockstep(input).read(line, (part) => header.add(part)));
    break;
  }
  return header.check(backupId);
}

/** Links lead on to other members, so there may be more than one pass. */
async function tell(archive: OpenArchive, ask: Ask): Promise<Told> {
  const found = await pass(archive, ask);
  const { contents, links, flowNames, badContexts } = found;
  const wanted = new Map(ask.files.map((name) => [name, name]));
  for (let passes = 0; passes < MOST_LINKS; passes += 1) {
    for (const [name, place] of wanted) wanted.set(name, followed(place, links));
    const files = [...new Set(wanted.values())].filter((place) => !contents.has(place) && !ask.files.includes(place));
    if (files.length === 0) break;
    const more = await pass(archive, { files, survey: 'nothing' });
    const size = links.size;
    for (const [name, bytes] of more.contents) contents.set(name, bytes);
    for (const [name, place] of more.links) links.set(name, place);
    if (links.size === size) break;
  }
  for (const [name, place] of wanted) {
    const bytes = contents.get(place);
    if (bytes !== undefined) contents.set(name, bytes);
  }
  return { contents, survey: { flowNames: flowNames.sort(), badContexts: badContexts.sort() } };
}

/** Where a name leads to, as far as links are known. */
function followed(name: string, links: ReadonlyMap<string, string>): string {
  let place = name;
  for (let hops = 0; hops < MOST_LINKS; hops += 1) {
    const link = [...links.keys()].find((each) => place === each || place.startsWith(`${each}/`));
    if (link === undefined) break;
    place = posix.join(links.get(link) ?? '', place.slice(link.length));
  }
  return place;
}

async function pass(archive: OpenArchive, { files, survey }: Ask): Promise<Found> {
  const input = new TarInput(archive.pieces());
  const lockstep = new Lockstep(input);
  const found: Found = { contents: new Map(), links: new Map(), flowNames: [], badContexts: [] };
  const wanted = new Set(files);
  for await (const line of archive.manifest()) {
    if (line.kind !== 'member') continue;
    const { type, path, link, size } = line.member;
    const name = shown(path);
    if (survey !== 'nothing' && isFlowName(name)) found.flowNames.push(name);
    if (type === 'file') {
      const isContext = survey === 'names and contexts' && isContextFile(name) && size <= MOST_BYTES;
      const bytes = wanted.has(name) || isContext ? await contentOf(line, input, lockstep) : null;
      if (bytes !== null && wanted.has(name)) found.contents.set(name, bytes);
      if (bytes !== null && isContext && !opensAsContext(bytes)) found.badContexts.push(name);
    } else if (link !== null && files.some((each) => each === name || each.startsWith(`${name}/`))) {
      found.links.set(name, type === 'symlink' ? leadsTo(name, shown(link)) : shown(link));
    }
  }
  return found;
}

/** Empty for what leads out of the backup. */
function leadsTo(name: string, link: string): string {
  return link.startsWith('/') ? '' : posix.join(posix.dirname(name), link);
}

async function contentOf(entry: MemberEntry, input: TarInput, lockstep: Lockstep): Promise<Uint8Array> {
  const { size } = entry.member;
  if (size > MOST_BYTES) {
    const { message } = memberError(entry, `it has ${formatBytes(size)}, too much for a file of flows`);
    throw new BackupError('restore_failed', message);
  }
  await input.skipTo(entry.offset);
  const parts: Buffer[] = [];
  await input.drive(lockstep.read(entry, (part) => parts.push(Buffer.from(part))));
  return Buffer.concat(parts);
}
