import { badLinesSuite } from '../contract/bad-lines-suite.ts';
import { eachOddServer } from '../helpers/odd-ssh-server/each-odd-server.ts';
import { oneProftpdServer } from '../helpers/one-proftpd-server.ts';

eachOddServer('some', badLinesSuite);

describe('an SFTP server of ProFTPD', () => {
  badLinesSuite('ProFTPD', oneProftpdServer());
});
