/** Hooks that other packages bring as plugins. See docs/write-a-hook.md. */
import type { NodeAPI } from 'node-red';
import type { Hook, HookCall, HookTime } from '../../src/index.ts';
import { DEFAULT_PRIORITY, DEFAULT_TIMEOUT_MS, onFailureOf } from './hook-config.ts';

const HOOK_PLUGIN_TYPE = 'nightkeep-backup-hook';

const SECOND_MS = 1000;
/** A day. */
const MOST_SECONDS = 86_400;

type Run = (call: HookCall, options: { readonly signal: AbortSignal }) => unknown;

/** What a plugin is expected to be; nothing of it is taken for granted. */
interface HookPlugin {
  readonly id?: unknown;
  readonly name?: unknown;
  readonly priority?: unknown;
  readonly timeout?: unknown;
  readonly onBeforeFailure?: unknown;
  readonly onAfterFailure?: unknown;
  readonly before?: Run;
  readonly after?: Run;
}

interface PluginList {
  getByType?: (type: string) => readonly HookPlugin[] | undefined;
}

/** Those that are there now: packages come and go. The plugin list of tests has none. */
export function pluginHooks(red: NodeAPI): readonly Hook[] {
  const { getByType } = (red.plugins as PluginList | undefined) ?? {};
  const plugins = getByType?.(HOOK_PLUGIN_TYPE) ?? [];
  return plugins.flatMap((plugin) => [...hookOf(plugin, 'before'), ...hookOf(plugin, 'after')]);
}

function hookOf(plugin: HookPlugin, when: HookTime): readonly Hook[] {
  if (typeof plugin[when] !== 'function') return [];
  const { id, name, priority, timeout } = plugin;
  const shown = typeof name === 'string' && name !== '' ? name : String(id);
  const isTime = typeof timeout === 'number' && timeout > 0 && timeout <= MOST_SECONDS;
  return [
    {
      id: `plugin ${String(id)}`,
      name: shown,
      when,
      priority: typeof priority === 'number' && Number.isFinite(priority) ? priority : DEFAULT_PRIORITY,
      timeoutMs: isTime ? timeout * SECOND_MS : DEFAULT_TIMEOUT_MS,
      onFailure: onFailureOf(when === 'before' ? plugin.onBeforeFailure : plugin.onAfterFailure, when),
      wants: () => true,
      run: async (call, signal) => {
        await plugin[when]?.(structuredClone(call), { signal });
      },
    },
  ];
}
