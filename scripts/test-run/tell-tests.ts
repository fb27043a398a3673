/** Hooks of mocha, which every process that runs tests is given with --require: they tell at once what begins and ends. */
import { relative } from 'node:path';
import type Mocha from 'mocha';
import { tellStep } from './progress.ts';

let file = '';

export const mochaHooks = {
  beforeAll(this: Mocha.Context): void {
    const all = this.test?.parent;
    file = relative(process.cwd(), all?.suites[0]?.file ?? all?.tests[0]?.file ?? '');
    tellStep('file', file);
  },
  beforeEach(this: Mocha.Context): void {
    tellStep('test', this.currentTest?.fullTitle() ?? '');
  },
  afterEach(this: Mocha.Context): void {
    tellStep('test end', this.currentTest?.fullTitle() ?? '');
  },
  afterAll(): void {
    tellStep('file end', file);
  },
};
