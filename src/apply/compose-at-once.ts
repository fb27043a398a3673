/** What a restore changes in the user directory of a Node-RED that is stopped: everything comes as it was. */
import { basename, join, relative } from 'node:path';
import { existsSync } from 'node:fs';
import { isOurs, isWhole, type ComposeInput, type Composition } from './compose.ts';
import { makeRuntimeConfig } from './made-files.ts';
import { projectNotes } from './outside-notes.ts';
import { changeOfFile, changesOfTree, type Change } from './plan-tree.ts';

const RUNTIME = '.config.runtime.json';

export function composeAtOnce(input: ComposeInput): Composition {
  const { content, environment } = input;
  const { userDir } = environment;
  const secret = secretChanges(input);
  const skips = (name: string): boolean => isOurs(name) || (secret.length > 0 && name === RUNTIME);
  const whole = (name: string): boolean => isWhole(name) || name === 'node_modules';
  const outside = outsideChanges(input);
  return {
    changes: [...changesOfTree(content.root, userDir, { skips, isWhole: whole }), ...secret, ...outside.changes],
    settings: [],
    notes: [...outside.notes, ...projectNotes(content)],
  };
}

/** A secret of settings.js may have come from an environment that this machine lacks, so it is left where Node-RED looks first. */
function secretChanges({ folder, content, environment }: ComposeInput): Change[] {
  const [secret] = content.secrets;
  if (typeof secret !== 'string') return [];
  const made = makeRuntimeConfig(folder, join(content.root, RUNTIME), secret);
  return changeOfFile(made, join(environment.userDir, RUNTIME));
}

/** Nothing is written outside the user directory, whatever the archive says. */
function outsideChanges({ content, environment }: ComposeInput): Pick<Composition, 'changes' | 'notes'> {
  const files = [content.settingsFile, content.flows?.flows, content.flows?.credentials]
    .filter((file) => typeof file === 'string')
    .filter((file) => relative(content.root, file).startsWith('..'));
  const changes: Change[] = [];
  const notes: string[] = [];
  for (const file of files) {
    const name = basename(file);
    const was = content.outside.find(({ member }) => file.endsWith(`/${member}`))?.path ?? name;
    if (existsSync(join(content.root, name))) continue;
    changes.push(...changeOfFile(file, join(environment.userDir, name)));
    notes.push(
      `${was} lay outside the user directory. It is now ${join(environment.userDir, name)}: move it if need be.`,
    );
  }
  return { changes, notes };
}
