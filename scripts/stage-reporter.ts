/** Mocha's `spec`, which also leaves its counts where the test run finds them. */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

export interface StageCounts {
  readonly passed: number;
  /** What failed, each with its reason: the full title of a test, or what ended the whole stage. */
  readonly failures: readonly string[];
  /** Full titles of what was skipped. */
  readonly skipped: readonly string[];
}

/** Characters of a reason; a difference between two long values is above, where the test failed. */
const MOST_OF_REASON = 500;

export default class StageReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const skipped: string[] = [];
    const failures: string[] = [];
    runner.on('pending', (test) => skipped.push(test.fullTitle()));
    runner.on('fail', (test, error: Error) =>
      failures.push(`${test.fullTitle()}: ${error.message.slice(0, MOST_OF_REASON)}`),
    );
    runner.once('end', () => {
      const file = process.env['NIGHTKEEP_COUNTS'];
      if (file === undefined) return;
      const counts: StageCounts = { passed: this.stats.passes, failures, skipped };
      writeFileSync(file, JSON.stringify(counts));
    });
  }
}
