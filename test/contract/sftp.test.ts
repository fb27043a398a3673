import { oneProftpdServer } from '../helpers/one-proftpd-server.ts';
import { oneSshServer } from '../helpers/one-ssh-server.ts';
import { sftpSuite } from './sftp-suite.ts';

describe('a folder of an SFTP server', () => {
  sftpSuite('sftp', oneSshServer());
  sftpSuite('sftp with ProFTPD', oneProftpdServer());
});
