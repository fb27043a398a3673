import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeRedEnvironment } from '../../../src/apply/environment.ts';
import { changesInUse } from '../../../src/apply/places-in-use.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { put } from '../../helpers/user-dir.ts';

describe('what lay outside the user directory of a Node-RED that runs', () => {
  const root = tempFolder();
  const at = (name: string): string => join(root(), name);
  const entry = (role: string, name: string): Parameters<typeof changesInUse>[0][number] => {
    const member = `node-red-outside/${role}`;
    return { role, path: at(name), member, staged: at(`staged/${member}`) };
  };
  const environment = (changes: Partial<NodeRedEnvironment> = {}): NodeRedEnvironment => {
    const files = { userDir: at('u'), flowFile: at('u/flows.json'), settingsFile: null, secret: null };
    return { ...files, projects: true, activeProject: null, ...changes };
  };

  beforeEach(() => {
    put(at('staged/node-red-outside'), {
      'context/global.json': '{}',
      'projects/house/flow.json': '[]',
      required: 'a',
    });
  });

  it('comes to where its settings keep the like of it, also through a link and under another name', () => {
    mkdirSync(at('disk'));
    symlinkSync(at('disk'), at('named'));
    const inForce = environment({ projectsFolder: at('mine'), foldersInUse: [at('named')] });
    const { changes, problems } = changesInUse([entry('context', 'disk'), entry('projects', 'old')], inForce);
    assert.deepEqual(problems, []);
    assert.deepEqual(changes, [
      { target: at('disk'), next: at('staged/node-red-outside/context') },
      { target: at('mine'), next: at('staged/node-red-outside/projects') },
    ]);
  });

  it('comes as one project among others when it is one', () => {
    put(at('staged/node-red-outside/projects'), { 'package.json': '{}' });
    put(at('mine'), { 'other/flow.json': '[]' });
    const { changes } = changesInUse([entry('projects', 'old/house')], environment({ projectsFolder: at('mine') }));
    assert.deepEqual(
      changes.map(({ target }) => target),
      [at('mine/house')],
    );
  });

  it('is a problem where its settings name nothing like it, unless it is there as it was', () => {
    const entries = [entry('context', 'disk'), entry('projects', 'old'), entry('required', 'users.js')];
    const inForce = environment({ projectsFolder: at('u/projects'), foldersInUse: [at('elsewhere')] });
    const all = changesInUse(entries, inForce);
    assert.deepEqual([all.changes.length, all.problems.length], [0, 3]);
    put(root(), { 'users.js': 'a' });
    const { problems } = changesInUse(entries, inForce);
    assert.equal(problems.length, 2, problems.join('\n'));
  });
});
