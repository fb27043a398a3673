import type { BackupAgent } from '../agents/agent.ts';
import { createLocalAgent } from '../agents/local/local.ts';
import type { LocalAgent } from '../agents/local/local.ts';
import type { Clock } from '../clock.ts';
import { BackupError } from '../errors.ts';
import { realPath } from '../io/real-path.ts';
import type { AgentId } from '../model.ts';

export interface RegistryOptions {
  readonly clock: Clock;
  readonly instanceId: string;
  /** Absolute: the folder whose agent is called `local`; null when none is. */
  readonly localFolder: string | null;
  readonly onListenerError: (error: unknown) => void;
}

interface Entry {
  readonly agent: BackupAgent;
  holders: number;
  /** It stays although nobody holds it. */
  stays: boolean;
}

/** The locations that there are. */
export class AgentRegistry {
  readonly #options: RegistryOptions;
  readonly #listed = new Map<AgentId, Entry>();
  readonly #folders = new Map<string, LocalAgent>();
  readonly #listeners = new Set<() => void>();

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** The agent of a folder, the same for all names of that folder; from now on it is listed. */
  async local(folder: string): Promise<LocalAgent> {
    const agent = await this.localUnlisted(folder);
    const entry = this.#listed.get(agent.id);
    if (entry !== undefined) entry.stays = true;
    else {
      this.#listed.set(agent.id, { agent, holders: 0, stays: true });
      this.#tell();
    }
    return agent;
  }

  /** As `local`, but whether it is listed stays as it is. */
  async localUnlisted(folder: string): Promise<LocalAgent> {
    const { clock, instanceId, localFolder } = this.#options;
    const real = await realPath(folder);
    const isDefault = localFolder !== null && (await realPath(localFolder)) === real;
    // Nothing is awaited from here on, so that two who ask at once get the same.
    const known = this.#folders.get(real);
    if (known !== undefined) return known;
    const id = isDefault ? 'local' : `local:${real}`;
    const agent = createLocalAgent({ id, name: real, folder: real, clock, instanceId });
    this.#folders.set(real, agent);
    return agent;
  }

  /** @returns a function that takes the agent off the list, unless somebody else has put it there too */
  register(agent: BackupAgent): () => void {
    const entry = this.#listed.get(agent.id) ?? { agent, holders: 0, stays: false };
    if (entry.agent !== agent) {
      const what = `There is already another location with the id ${agent.id}.`;
      throw new BackupError('invalid_request', `${what} Give each location an id of its own.`);
    }
    const isNew = !this.#listed.has(agent.id);
    entry.holders++;
    this.#listed.set(agent.id, entry);
    if (isNew) this.#tell();
    return () => {
      this.#release(entry);
    };
  }

  #release(entry: Entry): void {
    entry.holders--;
    if (entry.holders > 0 || entry.stays || this.#listed.get(entry.agent.id) !== entry) return;
    this.#listed.delete(entry.agent.id);
    this.#tell();
  }

  all(): readonly BackupAgent[] {
    return [...this.#listed.values()].map(({ agent }) => agent);
  }

  /** @throws BackupError `invalid_request` when there is no such location */
  get(agentId: AgentId): BackupAgent {
    const entry = this.#listed.get(agentId);
    if (entry !== undefined) return entry.agent;
    const known = [...this.#listed.keys()].join(', ');
    throw new BackupError(
      'invalid_request',
      `agentId: there is no location "${agentId}". There are: ${known || 'none'}.`,
    );
  }

  localFolders(): readonly string[] {
    return [...this.#folders.values()].map(({ folder }) => folder);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  async close(): Promise<void> {
    const agents = new Set<BackupAgent>([...this.all(), ...this.#folders.values()]);
    await Promise.allSettled([...agents].map((agent) => agent.close()));
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        this.#options.onListenerError(error);
      }
    }
  }
}
