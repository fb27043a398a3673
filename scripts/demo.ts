/**
 * `npm run demo`: one night's backup of a real Node-RED, made, shown stage by stage, and verified.
 *
 * --once  end when the backup is verified, instead of staying until Ctrl-C
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BackupRecord } from '../src/index.ts';
import { startNodeRed, type RunningNodeRed } from './start-node-red.ts';

const root = join(import.meta.dirname, '..');
const BACKUP_MS = 120_000;
const POLL_MS = 50;
/** How the demo's flow tells the demo what happens: one line of JSON on standard output. */
const MARK = 'NIGHTKEEP-DEMO ';

interface Told {
  readonly event_type: string;
  readonly message: string;
  readonly backup: BackupRecord | null;
}

interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly wires?: readonly (readonly string[])[];
  readonly [key: string]: unknown;
}

/** The 3 AM example as it is shipped, with one more node that prints the events. */
function demoFlows(): FlowNode[] {
  const text = readFileSync(join(root, 'examples', '01 - Every night at 3 AM.json'), 'utf8');
  const flows = JSON.parse(text) as FlowNode[];
  const printer: FlowNode = {
    id: 'demo-printer',
    type: 'function',
    z: 'nk01tab000000001',
    name: 'print for the demo',
    func: "global.get('tell')(msg.payload);",
    outputs: 0,
    x: 370,
    y: 160,
    wires: [],
  };
  const wired = flows.map((node) =>
    node.type === 'backup-event' ? { ...node, wires: [[...(node.wires?.[0] ?? []), printer.id]] } : node,
  );
  return [...wired, printer];
}

/** What a user directory holds besides flows. */
function fill(userDir: string): void {
  mkdirSync(join(userDir, 'lib', 'flows'), { recursive: true });
  writeFileSync(join(userDir, 'lib', 'flows', 'greeting.json'), '[{"id":"a1","type":"comment","name":"hello"}]\n');
  mkdirSync(join(userDir, 'context', 'global'), { recursive: true });
  const readings = Array.from({ length: 20_000 }, (_, i) => ({ sensor: `greenhouse-${String(i % 12)}`, value: i / 7 }));
  writeFileSync(join(userDir, 'context', 'global', 'global.json'), JSON.stringify({ readings }));
}

function told(nodeRed: RunningNodeRed): Told[] {
  return nodeRed
    .output()
    .split('\n')
    .filter((line) => line.startsWith(MARK))
    .map((line) => JSON.parse(line.slice(MARK.length)) as Told);
}

async function backUp(nodeRed: RunningNodeRed): Promise<BackupRecord> {
  const response = await fetch(`${nodeRed.url}inject/nk01inject000001`, { method: 'POST' });
  if (!response.ok) throw new Error(`The inject node answered ${String(response.status)}.`);
  const deadline = performance.now() + BACKUP_MS;
  let shown = 0;
  while (performance.now() < deadline) {
    for (const { event_type, message, backup } of told(nodeRed).slice(shown)) {
      shown += 1;
      console.log(`  ${message}`);
      if (event_type === 'failed') throw new Error(message);
      if (event_type === 'completed' && backup !== null) return backup;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`No backup after ${String(BACKUP_MS / 1000)} seconds:\n${nodeRed.output()}`);
}

function verify(folder: string, id: string): void {
  const cli = join(root, 'dist', 'src', 'cli', 'main.js');
  const output = execFileSync(process.execPath, [cli, 'verify', '--at', folder, id, '--json'], { encoding: 'utf8' });
  const { ok } = JSON.parse(output) as { ok: boolean };
  if (!ok) throw new Error(`The backup is damaged: ${output}`);
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    // A promise alone does not keep the process; the child's pipes do.
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        resolve();
      });
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { once: { type: 'boolean' } } });
  const base = mkdtempSync(join(tmpdir(), 'nightkeep-demo-'));
  const userDir = join(base, 'user-directory');
  mkdirSync(userDir);
  fill(userDir);
  let nodeRed: RunningNodeRed | null = null;
  try {
    console.log('Starting Node-RED on a fresh user directory …');
    const settings = `functionGlobalContext: { tell: (x) => console.log('${MARK}' + JSON.stringify(x)) }`;
    nodeRed = await startNodeRed({ userDir, flows: demoFlows(), settings });
    console.log('It is 3:00. The flow "Every night at 3 AM" fires:');
    const started = performance.now();
    const record = await backUp(nodeRed);
    const seconds = (performance.now() - started) / 1000;
    const folder = join(userDir, 'backups');
    const archive = join(folder, record.file);
    verify(folder, record.backup_id);
    console.log(`
The archive    ${archive}
It holds       ${String(record.files)} files, ${String(record.bytes)} bytes, in ${String(record.size)} bytes
It took        ${seconds.toFixed(2)} seconds
Verified       yes: every member has the hash that the manifest says

Two stock commands open it, without this package:
  zstd -d --stdout ${archive} | tar -t
  zstd -d --stdout ${archive} | tar -x
`);
    if (values.once !== true) {
      console.log(`The editor     ${nodeRed.url}\n\nCtrl-C ends the demo and removes its files.`);
      await untilInterrupted();
    }
  } finally {
    await nodeRed?.stop();
    rmSync(base, { recursive: true, force: true });
  }
}

await main();
