/** Which rows of a long list have to be there. Pure; lengths in pixels. */

export interface Window {
  readonly rows: number;
  readonly rowHeight: number;
  /** How far the list's top lies above the top of what is seen; negative when it lies below. */
  readonly scrolled: number;
  readonly height: number;
}

/** Rows beyond what is seen, so that a quick finger finds no gap. */
const OVERSCAN = 10;

/** @returns first and one behind last */
export function visibleRange({ rows, rowHeight, scrolled, height }: Window): readonly [number, number] {
  const first = Math.floor(scrolled / rowHeight) - OVERSCAN;
  const end = Math.ceil((scrolled + height) / rowHeight) + OVERSCAN;
  return [clamp(first, rows), clamp(end, rows)];
}

const clamp = (index: number, rows: number): number => Math.min(Math.max(index, 0), rows);
