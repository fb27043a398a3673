import { OddSshServer } from './odd-ssh-server.ts';
import { ODD_SERVERS } from './quirks.ts';

/** Describes something for each SFTP server that is not OpenSSH's; the server runs while its tests do. */
export function eachOddServer(describeOne: (name: string, server: () => OddSshServer) => void): void {
  for (const [name, quirks] of Object.entries(ODD_SERVERS)) {
    describe(`an SFTP server ${name}`, function () {
      let server: OddSshServer;
      before(async () => {
        server = await OddSshServer.start(quirks);
      });
      after(() => server.stop());

      describeOne(name, () => server);
    });
  }
}
