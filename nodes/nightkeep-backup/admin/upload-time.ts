import type { IncomingMessage, Server } from 'node:http';

interface Kept {
  uploads: number;
  readonly before: number;
}

const kept = new WeakMap<Server, Kept>();

/**
 * Lets a request take longer to arrive than the five minutes that Node.js gives to each: a large backup does. Node.js knows one limit for
 * all requests of a server, so it is lifted for all of them while somebody uploads; that for their headers stays.
 *
 * @returns a function that ends it
 */
export function liftTimeLimit({ socket }: IncomingMessage): () => void {
  // The typings leave it out.
  const { server } = socket as typeof socket & { readonly server?: Server };
  if (server === undefined) return () => undefined;
  const state = kept.get(server) ?? { uploads: 0, before: server.requestTimeout };
  kept.set(server, state);
  state.uploads++;
  server.requestTimeout = 0;
  let ended = false;
  return () => {
    if (ended) return;
    ended = true;
    if (--state.uploads > 0) return;
    server.requestTimeout = state.before;
    kept.delete(server);
  };
}
