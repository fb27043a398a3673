/** Asks a settings file what it says, which is the only way to know: it is a program. */
import { spawn, type ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { systemClock } from '../clock.ts';
import { answer, ANSWER, denials, type Answer, type ChildAnswer } from './answer.ts';
import { settingsFacts } from './settings-facts.ts';

export interface EvaluateOptions {
  /** Absolute: what Node-RED calls its home, where its package lies. */
  readonly nodeRedHome: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly limitMs?: number;
}

/** `why` says in a few words what kept it from answering. */
export type Evaluation = { readonly ok: true; readonly answer: Answer } | { readonly ok: false; readonly why: string };

const LIMIT_MS = 10_000;
const MOST_BYTES = 4 * 1024 * 1024;
const PERMISSION = '--permission';

/**
 * Requires a settings file in a child, as its owner when this is root, and does nothing else. What the file prints is thrown away, and
 * the child is killed as soon as it has answered. It may neither write nor start processes, unless it cannot answer without.
 */
export async function evaluateSettings(file: string, options: EvaluateOptions): Promise<Evaluation> {
  const path = resolve(file);
  // Node.js before 22.13 has it under another name, and unfinished.
  const limited = process.allowedNodeEnvironmentFlags.has(PERMISSION);
  if (limited) {
    const first = await ask(path, [PERMISSION, '--allow-fs-read=*'], options);
    const isFinal = first.kind === 'late' || (first.kind === 'said' && !first.said.denied);
    if (isFinal) return evaluationOf(first);
  }
  return evaluationOf(await ask(path, [], options));
}

type Reply =
  | { readonly kind: 'said'; readonly said: ChildAnswer }
  | { readonly kind: 'late' }
  | { readonly kind: 'silent'; readonly why: string };

function evaluationOf(reply: Reply): Evaluation {
  switch (reply.kind) {
    case 'said': {
      const { answer: given, failure } = reply.said;
      return given === null ? { ok: false, why: failure ?? 'it says nothing' } : { ok: true, answer: given };
    }
    case 'late':
      return { ok: false, why: 'it does not come to its end' };
    case 'silent':
      return { ok: false, why: reply.why };
  }
}

async function ask(file: string, flags: readonly string[], options: EvaluateOptions): Promise<Reply> {
  const texts = { file: JSON.stringify(file), begin: JSON.stringify(ANSWER), facts: settingsFacts, denials };
  const argument = Object.entries(texts).map(([name, text]) => `${name}: ${text.toString()}`);
  const source = `(${answer.toString()})({ ${argument.join(', ')} })`;
  let child: ChildProcess;
  try {
    child = spawn(process.execPath, [...flags, '--no-warnings', '-e', source], {
      ...ownerOf(file),
      cwd: dirname(file),
      env: environmentFor(options),
      // A group of its own, so that what it starts goes with it.
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
  } catch (error) {
    return { kind: 'silent', why: error instanceof Error ? error.message : String(error) };
  }
  return listen(child, options.limitMs ?? LIMIT_MS);
}

function listen(child: ChildProcess, limitMs: number): Promise<Reply> {
  const channel = child.stdio[3] as Readable;
  return new Promise((settle) => {
    let text = '';
    const end = (reply: Reply): void => {
      timer.cancel();
      killGroup(child);
      channel.destroy();
      settle(reply);
    };
    const timer = systemClock.setTimer(limitMs, () => end({ kind: 'late' }));
    child.once('error', ({ message }) => end({ kind: 'silent', why: message }));
    channel.setEncoding('utf8');
    channel.on('error', () => undefined);
    channel.on('data', (chunk: string) => {
      text += chunk;
      const said = answerIn(text);
      if (said !== null) end({ kind: 'said', said });
      else if (text.length > MOST_BYTES) end({ kind: 'silent', why: 'it says too much' });
    });
    child.once('close', () => end({ kind: 'silent', why: 'it ends the process' }));
  });
}

/** Null as long as it is not whole. */
function answerIn(text: string): ChildAnswer | null {
  const lines = text.split('\n').slice(0, -1);
  const line = lines.find((each) => each.startsWith(ANSWER));
  return line === undefined ? null : (JSON.parse(line.slice(ANSWER.length)) as ChildAnswer);
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** What belongs to somebody else is not run with the rights of root. */
function ownerOf(file: string): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const { uid, gid } = statSync(file);
  return { uid, gid };
}

/** The caller's, without the secrets that are meant for this program. */
function environmentFor({ environment, nodeRedHome }: EvaluateOptions): NodeJS.ProcessEnv {
  const passed = Object.entries(environment).filter(([name]) => !name.startsWith('NIGHTKEEP_'));
  return { NODE_RED_HOME: nodeRedHome, ...Object.fromEntries(passed) };
}
