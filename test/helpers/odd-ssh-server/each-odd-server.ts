import { isLongRun } from '../figures.ts';
import { OddSshServer } from './odd-ssh-server.ts';
import { ODD_SERVERS } from './quirks.ts';

/** What takes long is done in a usual run with the most usual one, and the one that is served in the oddest way. */
const IN_EVERY_RUN = ['named as ProFTPD', 'that keeps one handle open'];

/**
 * Describes something for each SFTP server that is not OpenSSH's; the server runs while its tests do.
 *
 * @param howMany - `some` in a usual run, all in a long one
 */
export function eachOddServer(
  howMany: 'all' | 'some',
  describeOne: (name: string, server: () => OddSshServer) => void,
): void {
  const isWanted = (name: string): boolean => howMany === 'all' || isLongRun || IN_EVERY_RUN.includes(name);
  for (const [name, quirks] of Object.entries(ODD_SERVERS).filter(([each]) => isWanted(each))) {
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
