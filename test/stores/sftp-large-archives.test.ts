import { largeArchivesSuite } from '../contract/large-archives-suite.ts';
import { eachOddServer } from '../helpers/odd-ssh-server/each-odd-server.ts';
import { oneProftpdServer } from '../helpers/one-proftpd-server.ts';
import { oneSshServer } from '../helpers/one-ssh-server.ts';

eachOddServer('all', largeArchivesSuite);

describe('an SFTP server of others', () => {
  largeArchivesSuite('ProFTPD', oneProftpdServer());
  largeArchivesSuite('OpenSSH', oneSshServer());
});
