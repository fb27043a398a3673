import type { Clock } from '../clock.ts';
import type { HookRegistry } from '../hooks/hook-registry.ts';
import type { EngineStore } from '../store/open-store.ts';
import type { AgentRegistry } from './agent-registry.ts';
import type { ArchivePort } from './archive-port.ts';
import type { EngineSettings } from './engine-options.ts';
import type { KeyRing } from './key-ring.ts';

/** What the verbs work with. */
export interface EngineParts {
  readonly clock: Clock;
  readonly store: EngineStore;
  readonly registry: AgentRegistry;
  readonly archive: ArchivePort;
  readonly keys: KeyRing;
  readonly hooks: HookRegistry;
  readonly settings: EngineSettings;
  readonly warn: (message: string) => void;
}
