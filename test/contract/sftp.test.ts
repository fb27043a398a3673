import { oneProftpdServer } from '../helpers/one-proftpd-server.ts';
import { oneSshServer } from '../helpers/one-ssh-server.ts';
import { sftpSuite } from './sftp-suite.ts';

describe('a folder of an SFTP server', function () {
  this.timeout(60_000);

  sftpSuite('sftp', oneSshServer());
  sftpSuite('sftp with ProFTPD', oneProftpdServer());
});
