import { oneSshServer } from '../helpers/one-ssh-server.ts';
import { ProftpdServer } from '../helpers/proftpd-server.ts';
import { sftpSuite } from './sftp-suite.ts';

describe('a folder of an SFTP server', function () {
  this.timeout(60_000);
  const openSsh = oneSshServer();
  let proftpd: ProftpdServer;
  before(async () => {
    proftpd = await ProftpdServer.start();
  });
  after(() => proftpd.stop());

  sftpSuite('sftp', openSsh);
  sftpSuite('sftp with ProFTPD', () => proftpd);
});
