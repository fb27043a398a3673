import { formatBytes, type Engine, type JobId, type Progress } from '../index.ts';
import { fileCount } from './file-count.ts';

const WIDTH = 30;
const DEFAULT_COLUMNS = 80;

function bar({ percent, bytes, total_bytes: total, files }: Progress): string {
  const full = Math.floor((percent / 100) * WIDTH);
  const figures = `${formatBytes(bytes)} of ${formatBytes(Math.max(total, bytes))}, ${fileCount(files)}`;
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${String(Math.floor(percent)).padStart(3)} %  ${figures}`;
}

/**
 * Draws the progress of a job on standard error, if that is a terminal.
 *
 * @returns a function that stops it and clears the line
 */
export function showProgress(engine: Engine, jobId: JobId): () => void {
  const { stderr } = process;
  if (!stderr.isTTY) return () => undefined;
  const clear = '\r\u001b[K';
  const unsubscribe = engine.events.subscribe((event) => {
    if (event.job_id !== jobId || event.event_type !== 'in_progress' || event.progress === null) return;
    // Terminals that do not know their width say 0.
    const columns = (stderr.columns > 0 ? stderr.columns : DEFAULT_COLUMNS) - 1;
    stderr.write(clear + bar(event.progress).slice(0, columns));
  });
  return () => {
    unsubscribe();
    stderr.write(clear);
  };
}
