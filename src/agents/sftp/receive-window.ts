import type { SFTPWrapper } from 'ssh2';

/** What a server may send before it hears more of us: enough for all that is asked for at once, with room to spare. */
const WINDOW_BYTES = 32 * 1024 * 1024;

/** The part of ssh2 that is not its published interface, as far as it is there. */
interface Inner {
  readonly incoming?: { window?: unknown };
  readonly outgoing?: { readonly id?: unknown };
  readonly _protocol?: { readonly channelWindowAdjust?: (channel: number, bytes: number) => void };
}

/**
 * Lets the server send more. ssh2 opens its window of 2 MiB again when half of it is used up, so on a line of 20 ms each way a server
 * that is fast enough for 50 MB/s waits most of the time. Only what was asked for is sent, so nothing grows by this. Where ssh2 is not
 * as it is expected to be, it is as slow as without.
 */
export function widenReceiveWindow(sftp: SFTPWrapper): void {
  const { incoming, outgoing, _protocol: protocol } = sftp as unknown as Inner;
  if (typeof incoming?.window !== 'number' || typeof outgoing?.id !== 'number') return;
  if (incoming.window > WINDOW_BYTES / 2 || protocol?.channelWindowAdjust === undefined) return;
  const more = WINDOW_BYTES - incoming.window;
  incoming.window += more;
  protocol.channelWindowAdjust(outgoing.id, more);
}
