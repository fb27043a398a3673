import type { SFTPWrapper } from 'ssh2';
import type { Clock, Timer } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import { orAborted, throwIfAborted } from '../../io/abort.ts';
import { connectTo, type Connection } from './connection.ts';
import { isPlainFailure } from './errors.ts';
import { mostHandles } from './server-limits.ts';
import { describeServer, type SftpSettings } from './settings.ts';

/** A connection is kept this long after its last use. */
const IDLE_MS = 10_000;
/** A connection that failed is not tried again at once by the next who asks. */
const FAILED_MS = 1_000;
/** As many connections as one agent may have, where a server lets too little be open on one. */
const MOST_CONNECTIONS = 4;

/** A connection that is lent. */
export interface Lease {
  readonly sftp: SFTPWrapper;
  readonly folder: string;
  /** Gives it back; calling it twice does no harm. */
  release(): void;
  /** Ends it for everybody: what waits for an answer fails at once. */
  destroy(): void;
}

/** Something that is open on a connection. Releasing the lease says that it has been closed. */
export interface Opened<T> {
  readonly lease: Lease;
  readonly value: T;
}

type Use = 'requests' | 'handle';

interface Place {
  readonly opening: Promise<Connection>;
  users: number;
  /** Of these, who has a file or a folder open. */
  handles: number;
  idle: Timer | null;
}

/**
 * The connections of an agent: made when they are needed, shared, and closed when nobody has needed them for a while. One is enough,
 * but for servers that let only a few files be open on each. Few say so; it shows when one more cannot be opened.
 */
export class SftpConnections {
  readonly #settings: SftpSettings;
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  #places: readonly Place[] = [];
  #mostHandles = Infinity;
  #mostConnections = MOST_CONNECTIONS;
  #closed = false;

  constructor(settings: SftpSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /**
   * For requests that need nothing to be open.
   *
   * @throws BackupError `agent_unreachable`, `agent_auth_failed`, `agent_host_key_mismatch` or `agent_error`
   */
  async acquire(signal: AbortSignal): Promise<Lease> {
    const { lease } = await this.#acquire(signal, 'requests');
    return lease;
  }

  /**
   * Opens a file or a folder, where the server has a handle for it: on a further connection, or when another has been closed.
   *
   * @throws what `open` throws, when it is not for want of a handle, and the errors of `acquire`
   */
  async open<T>(signal: AbortSignal, open: (lease: Lease) => Promise<T>): Promise<Opened<T>> {
    for (;;) {
      const { lease, place } = await this.#acquire(signal, 'handle');
      const others = place.handles - 1;
      try {
        return { lease, value: await open(lease) };
      } catch (error) {
        lease.release();
        if (!isPlainFailure(error) || (others === 0 && place.handles === 0)) throw error;
        this.#mostHandles = Math.max(1, Math.min(others, place.handles));
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const place of this.#places) {
      this.#forget(place);
      (await place.opening.catch(() => null))?.end();
    }
  }

  async #acquire(signal: AbortSignal, use: Use): Promise<{ readonly lease: Lease; readonly place: Place }> {
    for (;;) {
      throwIfAborted(signal);
      const place = this.#choose(use);
      if (place === null) {
        await orAborted(this.#change(), signal);
        continue;
      }
      const release = this.#enter(place, use);
      try {
        const connection = await this.#connected(place, signal);
        if (connection !== null) return { lease: this.#lend(place, connection, release), place };
      } catch (error) {
        release();
        throw error;
      }
      release();
    }
  }

  /** Null when all that may be open is. */
  #choose(use: Use): Place | null {
    const hasRoom = ({ handles }: Place): boolean => use === 'requests' || handles < this.#mostHandles;
    const place = this.#places.find(hasRoom);
    if (place !== undefined) return place;
    return this.#places.length < this.#mostConnections ? this.#begin() : null;
  }

  #begin(): Place {
    const place: Place = { opening: this.#connect(), users: 0, handles: 0, idle: null };
    this.#places = [...this.#places, place];
    place.opening.catch(() => {
      this.#clock.setTimer(FAILED_MS, () => {
        this.#forget(place);
      });
    });
    return place;
  }

  async #connect(): Promise<Connection> {
    if (this.#closed) {
      throw new BackupError('agent_error', `The location ${describeServer(this.#settings)} was closed.`);
    }
    const connection = await connectTo(this.#settings);
    this.#mostHandles = Math.min(this.#mostHandles, mostHandles(connection.sftp));
    return connection;
  }

  /** Null when it is gone, or cannot be had and others do. */
  async #connected(place: Place, signal: AbortSignal): Promise<Connection | null> {
    try {
      const connection = await orAborted(place.opening, signal);
      if (connection.isAlive()) return connection;
    } catch (error) {
      if (signal.aborted || this.#places.every((other) => other === place)) throw error;
      this.#mostConnections = Math.max(1, this.#places.length - 1);
    }
    this.#forget(place);
    return null;
  }

  #enter(place: Place, use: Use): () => void {
    place.idle?.cancel();
    place.users += 1;
    if (use === 'handle') place.handles += 1;
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      place.users -= 1;
      if (use === 'handle') place.handles -= 1;
      this.#wake();
      if (place.users === 0) this.#endWhenIdle(place);
    };
  }

  #lend(place: Place, { sftp, folder, end }: Connection, release: () => void): Lease {
    const destroy = (): void => {
      this.#forget(place);
      end();
    };
    return { sftp, folder, release, destroy };
  }

  #endWhenIdle(place: Place): void {
    place.idle = this.#clock.setTimer(IDLE_MS, () => {
      this.#forget(place);
      void place.opening.then(({ end }) => {
        end();
      }, ignore);
    });
  }

  /** What was found out of the server holds as long as there is a connection to it. */
  #forget(place: Place): void {
    place.idle?.cancel();
    this.#places = this.#places.filter((other) => other !== place);
    if (this.#places.length === 0) {
      this.#mostHandles = Infinity;
      this.#mostConnections = MOST_CONNECTIONS;
    }
    this.#wake();
  }

  /** Settles when something was closed, or a connection is gone. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

function ignore(): void {
  // There is no connection to end.
}
