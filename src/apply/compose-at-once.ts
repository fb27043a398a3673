/** What a restore changes in the user directory of a Node-RED that is stopped: everything comes as it was. */
import { join } from 'node:path';
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
  };
}

/** A secret of settings.js may have come from an environment that this machine lacks, so it is left where Node-RED looks first. */
function secretChanges({ folder, content, environment }: ComposeInput): Change[] {
  const [secret] = content.secrets;
  if (typeof secret !== 'string') return [];
  const made = makeRuntimeConfig(folder, join(content.root, RUNTIME), secret);
  return changeOfFile(made, join(environment.userDir, RUNTIME));
}
