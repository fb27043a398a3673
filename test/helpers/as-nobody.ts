import { chownSync } from 'node:fs';

const NOBODY = 65_534;

/** Whether the tests run as root. */
export const IS_ROOT: boolean = process.geteuid?.() === 0;

/** Does it as one who is not root, where the test is root. */
export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (!IS_ROOT) return work();
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

/** Lets that one own what is at these paths. */
export function giveToNobody(...paths: readonly string[]): void {
  if (IS_ROOT) for (const path of paths) chownSync(path, NOBODY, NOBODY);
}
