import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { evaluateSettings, type EvaluateOptions, type Evaluation } from '../../../src/installation/evaluate.ts';
import type { SettingsFacts } from '../../../src/installation/settings-facts.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

/** One that has ended may still wait for its parent to notice. */
function isRunning(pid: string): boolean {
  try {
    return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('what a settings file says', function () {
  this.timeout(60_000);
  const folder = tempFolder();
  const place = (name: string): string => join(folder(), name);

  const ask = (options: Partial<EvaluateOptions> = {}, name = 'settings.js'): Promise<Evaluation> =>
    evaluateSettings(place(name), { nodeRedHome: '/opt/node-red', environment: { ...process.env }, ...options });

  async function factsOf(text: string, options: Partial<EvaluateOptions> = {}): Promise<SettingsFacts> {
    writeFileSync(place('settings.js'), text);
    const evaluation = await ask(options);
    assert.ok(evaluation.ok, evaluation.ok ? '' : evaluation.why);
    return evaluation.answer.facts;
  }

  async function failureOf(text: string, options: Partial<EvaluateOptions> = {}): Promise<string> {
    writeFileSync(place('settings.js'), text);
    const evaluation = await ask(options);
    assert.ok(!evaluation.ok, 'it answered');
    return evaluation.why;
  }

  it('is what Node-RED would read there', async () => {
    const facts = await factsOf(`module.exports = {
      flowFile: 'home.json', credentialSecret: 'mine', uiPort: 1881, https: () => ({}), httpNodeRoot: '/api',
      adminAuth: { type: 'credentials' }, editorTheme: { projects: { enabled: true, path: '/srv/projects' } } }`);
    assert.deepEqual(facts, {
      ...{ flowFile: 'home.json', credentialSecret: 'mine', projectsEnabled: true, projectsPath: '/srv/projects' },
      ...{ guards: ['adminAuth', 'https', 'httpNodeRoot'], port: 1881, ownStorage: false },
      ...{ contextStores: [], libraries: [] },
    });
  });

  it('names the stores of context and the libraries as they are set, whatever else stands there', async () => {
    const { contextStores, libraries } = await factsOf(`module.exports = {
      contextStorage: {
        default: 'disk', _: { module: 'memory' }, none: {}, nothing: null, word: 'memory',
        disk: { module: 'localfilesystem', config: { dir: '/srv', base: 'ctx' } }, ram: { module: 'memory', config: 3 },
        mine: { module: () => ({}), config: { dir: '/mine' } } },
      editorTheme: { library: { sources: [{ id: 'a', type: 'node-red-library-file-store', path: '/srv/lib' }, { id: 'b' }, null] } } }`);
    assert.deepEqual(contextStores, [
      { name: 'disk', module: 'localfilesystem', dir: '/srv', base: 'ctx' },
      { name: 'ram', module: 'memory', dir: null, base: null },
      { name: 'mine', module: 'custom', dir: '/mine', base: null },
    ]);
    assert.deepEqual(libraries, ['/srv/lib']);
  });

  it('is nothing where nothing is set, and of values that are promises and functions', async () => {
    const nothing = {
      ...{ flowFile: null, credentialSecret: null, projectsEnabled: null, projectsPath: null },
      ...{ guards: [], port: null, ownStorage: false, contextStores: [], libraries: [] },
    };
    for (const text of [
      '',
      'module.exports = {};',
      'module.exports = Promise.resolve({ flowFile: "a.json" });',
      'module.exports = () => ({ flowFile: "a.json" });',
      'module.exports = { flowFile: () => "a.json", credentialSecret: Promise.reject(new Error("x")), uiPort: {} };',
      'module.exports = { httpNodeRoot: "/", editorTheme: null, storageModule: "localfilesystem" };',
    ])
      assert.deepEqual(await factsOf(text), nothing, text);
  });

  it('comes although the file prints, listens, connects, keeps the process busy later, or changes what it can', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    for (const before of [
      'console.log("nightkeep-settings:{}"); console.error("x".repeat(1e6)); process.stdout.write("y");',
      'require("node:net").createServer().listen(0);',
      `require("node:net").connect(${String(port)}, "127.0.0.1"); fetch("http://127.0.0.1:${String(port)}");`,
      'setInterval(() => {}, 10); setImmediate(() => { for (;;); });',
      'setImmediate(() => process.exit(1)); Promise.reject(new Error("later"));',
      'require("node:fs").writeSync = () => { throw new Error("mine"); }; JSON.stringify = () => "no"; process.kill = () => {};',
      'require("node:fs").writeSync(3, "noise\\n");',
    ]) {
      const { flowFile } = await factsOf(`${before}\nmodule.exports = { flowFile: 'a.json' };`);
      assert.equal(flowFile, 'a.json', before);
    }
    server.close();
  });

  it('is not known of a file that ends the process, throws, lacks a module, is no program or exports nothing', async () => {
    assert.match(await failureOf('process.exit(0);'), /ends the process/);
    assert.match(await failureOf('process.abort();'), /ends the process/);
    assert.match(await failureOf('throw new Error("no such host");'), /^no such host$/);
    assert.match(await failureOf('throw null;'), /^null$/);
    assert.match(await failureOf('require("not-installed");'), /^Cannot find module 'not-installed'$/);
    assert.match(await failureOf('module.exports = {'), /Unexpected end of input/);
    assert.match(await failureOf('module.exports = null;'), /exports nothing/);
    assert.equal((await ask({}, 'gone.js')).ok, false);
  });

  it('is not waited for longer than the limit', async () => {
    const began = performance.now();
    assert.match(await failureOf('for (;;);', { limitMs: 1_000 }), /does not come to its end/);
    assert.ok(performance.now() - began < 8_000);
  });

  it('is read with the environment of the caller, without the secrets of this program', async () => {
    const text = `module.exports = { flowFile: process.env.FLOWS, credentialSecret: process.env.NODE_RED_HOME,
      editorTheme: { projects: { path: process.env.NIGHTKEEP_PASSPHRASE ?? 'none' } } }`;
    const environment = { ...process.env, FLOWS: 'env.json', NIGHTKEEP_PASSPHRASE: 'hush' };
    const facts = await factsOf(text, { environment });
    assert.deepEqual(
      [facts.flowFile, facts.credentialSecret, facts.projectsPath],
      ['env.json', '/opt/node-red', 'none'],
    );
    const own = await factsOf(text, { environment: { ...environment, NODE_RED_HOME: '/mine' } });
    assert.equal(own.credentialSecret, '/mine');
  });

  it('comes from an ES module as Node-RED reads it: names count, the default does not', async () => {
    writeFileSync(place('package.json'), '{"type":"module"}');
    assert.equal((await factsOf('export const flowFile = "a.json";')).flowFile, 'a.json');
    assert.equal((await factsOf('export default { flowFile: "a.json" };')).flowFile, null);
    assert.match(await failureOf('await 0; export const flowFile = "a.json";'), /./);
  });

  it('names the files that were required', async () => {
    mkdirSync(place('node_modules/own'), { recursive: true });
    writeFileSync(place('node_modules/own/index.js'), 'module.exports = "own.json";');
    writeFileSync(place('more.json'), '{}');
    writeFileSync(
      place('settings.js'),
      'require("./more.json"); module.exports = { flowFile: require("own"), x: require("fs") };',
    );
    const evaluation = await ask();
    assert.ok(evaluation.ok);
    const wanted = ['settings.js', 'more.json', 'node_modules/own/index.js'].map(place);
    assert.deepEqual([...evaluation.answer.required].sort(), wanted.sort());
  });

  it('writes nothing and starts nothing, unless the file cannot answer without', async () => {
    await factsOf(
      `require('node:fs').writeFile(${JSON.stringify(place('async'))}, '', () => {}); module.exports = {};`,
    );
    assert.ok(!existsSync(place('async')));
    const text = (call: string): string =>
      `let name = 'caught.json'; try { name = ${call}; } catch {} module.exports = { flowFile: name };`;
    const echo = `require('node:child_process').execSync('echo -n echo.json').toString()`;
    assert.equal((await factsOf(text(echo))).flowFile, 'echo.json');
    const write = `(require('node:fs').writeFileSync(${JSON.stringify(place('log'))}, ''), 'written.json')`;
    assert.equal((await factsOf(text(write))).flowFile, 'written.json');
    assert.equal((await factsOf(`module.exports = { flowFile: ${echo} };`)).flowFile, 'echo.json');
  });

  it('leaves no process behind that the file has started', async () => {
    const pid = `String(require('node:child_process').spawn('sleep', ['600']).pid)`;
    const { flowFile } = await factsOf(`module.exports = { flowFile: ${pid} };`);
    for (let tries = 0; tries < 100 && isRunning(flowFile ?? ''); tries++) await pause(50);
    assert.ok(!isRunning(flowFile ?? ''));
  });

  it('is read with the rights of its owner when this is root, else with those of the caller', async () => {
    const isRoot = process.getuid?.() === 0;
    chmodSync(folder(), 0o755);
    writeFileSync(place('settings.js'), 'module.exports = { flowFile: `${process.getuid()} ${process.getgid()}` };');
    if (isRoot) chownSync(place('settings.js'), 65_534, 65_533);
    const evaluation = await ask();
    assert.ok(evaluation.ok, evaluation.ok ? '' : evaluation.why);
    const own = `${String(process.getuid?.())} ${String(process.getgid?.())}`;
    assert.equal(evaluation.answer.facts.flowFile, isRoot ? '65534 65533' : own);
  });
});
