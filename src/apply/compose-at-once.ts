/** What a restore changes in the user directory of a Node-RED that is stopped: everything comes as it was. */
import { join, relative } from 'node:path';
import { isOurs, isWhole, type ComposeInput, type Composition } from './compose.ts';
import { outsideChanges } from './compose-outside.ts';
import { isLinked, linkedChanges } from './linked.ts';
import { makeRuntimeConfig } from './made-files.ts';
import { changeOfFile, changesOfTree, type Change } from './plan-tree.ts';

const RUNTIME = '.config.runtime.json';

export function composeAtOnce(input: ComposeInput): Composition {
  const { content, environment } = input;
  const { userDir } = environment;
  const secret = secretChanges(input);
  const outside = outsideChanges(input);
  const entries = content.outside.filter(isLinked);
  const rules = {
    skips: (name: string): boolean =>
      isOurs(name) || outside.taken.has(name) || (secret.length > 0 && name === RUNTIME),
    isWhole: (name: string): boolean => isWhole(name) || name === 'node_modules',
    apart: new Set(entries.map(({ link }) => link)),
  };
  const linked = linkedChanges({ entries, userDir, rules });
  return {
    changes: [...changesOfTree(content.root, userDir, rules), ...linked.changes, ...secret, ...outside.changes],
    settings: [],
    problems: outside.problems,
    notes: outside.notes,
    commands: linked.commands,
    flows: placeOfFlows(input),
  };
}

/** Null where a problem says already where they are, or a project is active. */
function placeOfFlows({ content, environment, given }: ComposeInput): string | null {
  const { userDir } = environment;
  if (content.flows === null || content.activeProject !== null) return null;
  if (given !== null && given.flowFile !== null) return given.flowFile;
  const apart = content.outside.find(({ role }) => role === 'flows');
  if (apart === undefined) return join(userDir, relative(content.root, content.flows.flows));
  if (apart.link !== undefined) return join(userDir, apart.link);
  return given?.outside === true ? apart.path : null;
}

/** A secret of settings.js may have come from an environment that this machine lacks, so it is left where Node-RED looks first. */
function secretChanges({ folder, content, environment }: ComposeInput): Change[] {
  const [secret] = content.secrets;
  if (typeof secret !== 'string') return [];
  const made = makeRuntimeConfig(folder, join(content.root, RUNTIME), secret);
  return changeOfFile(made, join(environment.userDir, RUNTIME));
}
