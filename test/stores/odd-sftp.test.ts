/** SFTP servers that are not OpenSSH's: the contract, bad lines, and large archives on each kind. */
import { badLinesSuite } from '../contract/bad-lines-suite.ts';
import { sftpSuite } from '../contract/sftp-suite.ts';
import { largeArchivesSuite } from '../contract/large-archives-suite.ts';
import { OddSshServer } from '../helpers/odd-ssh-server/odd-ssh-server.ts';
import { ODD_SERVERS } from '../helpers/odd-ssh-server/quirks.ts';
import { oneSshServer } from '../helpers/one-ssh-server.ts';
import { ProftpdServer } from '../helpers/proftpd-server.ts';

for (const [name, quirks] of Object.entries(ODD_SERVERS)) {
  describe(`an SFTP server ${name}`, function () {
    this.timeout(120_000);
    let server: OddSshServer;
    before(async () => {
      server = await OddSshServer.start(quirks);
    });
    after(() => server.stop());

    sftpSuite(name, () => server);
    badLinesSuite(name, () => server);
    largeArchivesSuite(name, () => server);
  });
}

describe('ProFTPD', function () {
  this.timeout(120_000);
  let server: ProftpdServer;
  before(async () => {
    server = await ProftpdServer.start();
  });
  after(() => server.stop());

  badLinesSuite('ProFTPD', () => server);
  largeArchivesSuite('ProFTPD', () => server);
});

describe('OpenSSH', function () {
  this.timeout(120_000);
  largeArchivesSuite('OpenSSH', oneSshServer());
});
