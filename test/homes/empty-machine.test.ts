import { homesRestored } from '../helpers/homes/homes-suite.ts';

describe('a home that is restored on an empty machine', function () {
  this.timeout(240_000);
  homesRestored('on an empty machine');
});
