import { BackupError } from '../../errors.ts';
import { formatBytes } from '../../io/format-bytes.ts';
import { Lockstep, memberError, shown, type MemberEntry } from '../read/lockstep.ts';
import type { OpenArchive } from '../read/open-archive.ts';
import { OwnHeader } from '../read/own-header.ts';
import { TarInput } from '../read/tar-input.ts';

/** Flow files have a few megabytes at most. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Names of members; left out for what the backup does not have. */
export interface MemberNames {
  readonly flows?: string | undefined;
  readonly credentials?: string | undefined;
  readonly secret?: string | undefined;
  readonly runtimeConfig?: string | undefined;
  readonly projectsConfig?: string | undefined;
}

export interface ReadMembers {
  readonly names: MemberNames;
  /** By name; what is not in the archive as a file is missing. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/**
 * The contents of a few small members, each checked against the manifest; what lies between them is not read where that can be helped.
 *
 * @param choose - says, by what is in `backup.json`, which
 * @throws BackupError `archive_corrupt` and others
 */
export async function readMembers(
  archive: OpenArchive,
  backupId: string,
  choose: (header: Readonly<Record<string, unknown>>) => MemberNames,
): Promise<ReadMembers> {
  const input = new TarInput(archive.pieces());
  const lockstep = new Lockstep(input);
  const contents = new Map<string, Uint8Array>();
  let names: MemberNames | null = null;
  for await (const line of archive.manifest()) {
    if (line.kind !== 'member') continue;
    if (names === null) {
      const header = new OwnHeader();
      header.begin(line);
      await input.drive(lockstep.read(line, (part) => header.add(part)));
      header.check(backupId);
      names = choose(header.fields());
    } else if (Object.values(names).includes(shown(line.member.path)) && line.member.type === 'file') {
      contents.set(shown(line.member.path), await contentOf(line, input, lockstep));
    }
  }
  return { names: names ?? {}, contents };
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
