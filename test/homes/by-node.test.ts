import { homesRestored } from '../helpers/homes/homes-suite.ts';

describe('a home that is restored by node', function () {
  this.timeout(240_000);
  homesRestored('by node');
});
