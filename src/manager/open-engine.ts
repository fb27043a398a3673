import { isAbsolute } from 'node:path';
import { BackupError, toBackupError } from '../errors.ts';
import { EventBus } from '../events.ts';
import { HookRegistry } from '../hooks/hook-registry.ts';
import { openStore } from '../store/open-store.ts';
import { AgentRegistry } from './agent-registry.ts';
import { archivePort } from './archive-port.ts';
import type { ArchivePort } from './archive-port.ts';
import type { Engine } from './engine.ts';
import { settingsOf, type EngineOptions } from './engine-options.ts';
import { KeyRing } from './key-ring.ts';
import { Manager } from './manager.ts';
import { recover } from './recovery/recover.ts';

/**
 * Opens the engine of a Node-RED runtime or of one run of the command line, and cleans up after a process that died.
 *
 * @throws BackupError when its state cannot be used
 */
export function openEngine(options: EngineOptions): Promise<Engine> {
  return openEngineWith(options, archivePort);
}

/** As `openEngine`, with other archive code. */
export async function openEngineWith(options: EngineOptions, archive: ArchivePort): Promise<Engine> {
  const settings = settingsOf(options);
  const { stateDir, localFolder, clock, warn } = settings;
  if (!isAbsolute(stateDir)) {
    throw new BackupError('invalid_request', `stateDir: "${stateDir}" is not an absolute path. Give one.`);
  }
  const onListenerError = (error: unknown): void => {
    warn(`A listener failed: ${toBackupError(error).message}`);
  };
  const store = await openStore({ stateDir, clock, warn });
  const instanceId = store.state.current.instance_id;
  const registry = new AgentRegistry({ clock, instanceId, localFolder, onListenerError });
  if (localFolder !== null) await registry.local(localFolder);
  const parts = { clock, store, registry, archive, keys: new KeyRing(), hooks: new HookRegistry(), settings, warn };
  const orphans = await store.copies.orphans(clock.now());
  const hooksDue = await store.hooks.unfinished(clock.now());
  const unfinished = await recover(parts, orphans);
  return new Manager({ parts, events: new EventBus(onListenerError), unfinished, hooksDue, orphans });
}
