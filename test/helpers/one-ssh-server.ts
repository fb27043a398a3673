import { SshServer } from './ssh-server.ts';

/** One SSH server for all tests of the surrounding `describe`. */
export function oneSshServer(): () => SshServer {
  let server: SshServer | null = null;

  before(async () => {
    server = await SshServer.start();
  });
  after(() => server?.stop());
  return () => {
    if (server === null) throw new Error('The server is there only while tests run.');
    return server;
  };
}
