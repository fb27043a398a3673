import type { BigIntStats } from 'node:fs';
import { systemCode } from '../../errors.ts';
import type { FailedReason } from '../../model.ts';
import type { Member, MemberType } from '../format/manifest-line.ts';

/** What it means that a file cannot be opened. */
export function reasonOf(error: unknown): FailedReason {
  const code = systemCode(error);
  // ELOOP: it became a symbolic link since it was looked at.
  return code === 'ENOENT' || code === 'ELOOP' ? 'vanished' : 'unreadable';
}

/** What is stored of something on disk, without the target of a link. A file that takes less room than it has bytes is sparse. */
export function memberOf(type: MemberType, path: Buffer, stat: BigIntStats): Member {
  const size = type === 'file' ? Number(stat.size) : 0;
  return {
    type,
    path,
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mtimeNs: stat.mtimeNs,
    size,
    link: null,
    sparse: type === 'file' && Number(stat.blocks) * 512 < size,
  };
}
