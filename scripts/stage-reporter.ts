/** Mocha's `spec`, which also leaves its counts where the test run finds them. */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

export interface StageCounts {
  readonly passed: number;
  readonly failed: number;
  /** Full titles of what was skipped. */
  readonly skipped: readonly string[];
}

export default class StageReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const skipped: string[] = [];
    runner.on('pending', (test) => skipped.push(test.fullTitle()));
    runner.once('end', () => {
      const file = process.env['NIGHTKEEP_COUNTS'];
      if (file === undefined) return;
      const counts: StageCounts = { passed: this.stats.passes, failed: this.stats.failures, skipped };
      writeFileSync(file, JSON.stringify(counts));
    });
  }
}
