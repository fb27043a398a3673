import { setPriority } from 'node:os';

/**
 * Makes this thread yield to the others of the process, so that a backup does not hold up Node-RED's event loop.
 * On Linux, setpriority(2) with 0 means the calling thread; elsewhere it would mean the whole process, so nothing is done.
 */
export function stepBack(niceness: number): void {
  if (niceness <= 0 || process.platform !== 'linux') return;
  try {
    setPriority(0, niceness);
  } catch {
    // A container may forbid it; the backup is then only less polite.
  }
}
