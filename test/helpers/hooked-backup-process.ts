/** Makes one backup with hooks that write down what they stop and resume: `hooked-backup-process.ts STATE SOURCE FOLDER LOG`. */
import { appendFileSync } from 'node:fs';
import { openEngine, type Hook, type HookTime } from '../../src/index.ts';
import { backupRequest } from './requests.ts';

const [stateDir = '', path = '', folder = '', log = ''] = process.argv.slice(2);
const engine = await openEngine({ stateDir, localFolder: folder, instanceName: 'test', nodeRedVersion: null });

const hook = (when: HookTime): Hook => ({
  id: 'hook',
  name: 'hook',
  when,
  priority: 10,
  timeoutMs: 10_000,
  onFailure: 'fail',
  wants: () => true,
  run: ({ job_id }) => {
    appendFileSync(log, `${when} ${job_id}\n`);
    return Promise.resolve();
  },
});
engine.registerHook(hook('before'));
engine.registerHook(hook('after'));
engine.announceInterrupted();
const sources = [{ kind: 'folder', label: 'data', path, exclude: [] }] as const;
await engine.create(backupRequest({ sources, folder, unreadable: 'fail' })).result;
await engine.close();
