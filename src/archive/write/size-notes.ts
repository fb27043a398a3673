import { formatBytes } from '../../io/format-bytes.ts';
import { isNetworkMount, mountOver, readMounts, type Mount } from '../../io/mounts.ts';

/** A folder or file outside the user directory, with what of it went in. */
export interface Taken {
  readonly path: string;
  readonly bytes: number;
}

/** Less than that is not worth a word. */
const LEAST_BYTES = 1024 * 1024;

/** Sentences for people about what makes a backup unexpectedly large or slow. */
export function sizeNotes(
  taken: readonly Taken[],
  totalBytes: number,
  mounts: readonly Mount[] = readMounts(),
): readonly string[] {
  return taken.flatMap(({ path, bytes }) => {
    const size = formatBytes(bytes);
    const what = `${path}, which Node-RED uses outside its user directory,`;
    const isLarge = bytes >= LEAST_BYTES && bytes > totalBytes - bytes;
    const mount = mountOver(path, mounts);
    return [
      ...(isLarge ? [`${what} holds ${size}, more than all the rest of the backup.`] : []),
      ...(mount !== null && isNetworkMount(mount)
        ? [`${what} lies on the network (${mount.type}, mounted at ${mount.point}); ${size} of it are in the backup.`]
        : []),
    ];
  });
}
