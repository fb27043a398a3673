/** One line of the table of figures. Smaller is better in all of them. */
export interface Row {
  readonly figure: string;
  readonly ours: string;
  readonly rival: string;
  /** What is compared with the limits: a ratio, or the figure itself. */
  readonly score: number;
  readonly unit: string;
  readonly atLeast: number;
  readonly aim: number;
}

export interface BenchCase {
  readonly name: string;
  run(): Promise<readonly Row[]>;
}

export type Verdict = 'aim' | 'pass' | 'MISS';

export function verdictOf({ score, atLeast, aim }: Row): Verdict {
  if (score <= aim) return 'aim';
  return score <= atLeast ? 'pass' : 'MISS';
}
