import { ProftpdServer } from './proftpd-server.ts';

/** One ProFTPD for all tests of the surrounding `describe`. */
export function oneProftpdServer(): () => ProftpdServer {
  let server: ProftpdServer | null = null;

  before(async () => {
    server = await ProftpdServer.start();
  });
  after(() => server?.stop());
  return () => {
    if (server === null) throw new Error('The server is there only while tests run.');
    return server;
  };
}
