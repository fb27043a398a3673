import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { findInstallation, type FindOptions, type NodeRedSource } from '../index.ts';
import { optional, type Invocation } from './command.ts';

/** Options that say what Node-RED uses, where that cannot be found out. */
export const INSTALLATION_TEXTS = ['settings', 'flow-file'] as const;
/** Options that say what of it goes in. */
export const INSTALLATION_SWITCHES = ['linked-modules'] as const;

/** Absolute; null for what is not given. */
export function givenFiles(invocation: Invocation): Pick<FindOptions, 'settingsFile' | 'flowFile'> {
  const given = (name: (typeof INSTALLATION_TEXTS)[number]): string | null => {
    const value = optional(invocation, name);
    return value === null ? null : resolve(value);
  };
  return { settingsFile: given('settings'), flowFile: given('flow-file') };
}

export interface FoundSource {
  readonly source: NodeRedSource;
  /** What was guessed, in sentences; empty when all is known. */
  readonly doubts: readonly string[];
}

/**
 * A Node-RED user directory with all that its Node-RED really uses.
 *
 * @param path - absolute
 */
export async function nodeRedSource(
  path: string,
  exclude: readonly string[],
  invocation: Invocation,
): Promise<FoundSource> {
  const { doubts, ...installation } = await findInstallation(path, {
    ...givenFiles(invocation),
    environment: process.env,
    cwd: process.cwd(),
    hostname: hostname(),
  });
  const source: NodeRedSource = {
    ...{ kind: 'node-red', label: 'node-red', path, exclude },
    ...{ ...installation, includeNodeModules: false, linkedModules: invocation.switches.has('linked-modules') },
  };
  return { source, doubts };
}
