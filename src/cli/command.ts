/** What every command of `node-red-backup` is made of. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './usage-error.ts';

/** 0 done, 1 failed, 2 wrong usage, 3 done but some files could not be read, what Node-RED uses was guessed, or it would not load what a restored backup had. */
export type ExitCode = 0 | 1 | 2 | 3;

interface Output {
  /** One JSON document on standard output instead of text for people. */
  readonly json: boolean;
}

export interface Invocation extends Output {
  /** Text options by name; what was not given is missing. */
  readonly texts: Readonly<Record<string, readonly string[]>>;
  readonly switches: ReadonlySet<string>;
  readonly positionals: readonly string[];
}

export interface Command {
  /** Options with a value; those in `repeatable` may be given more than once. */
  readonly texts: readonly string[];
  readonly repeatable: readonly string[];
  readonly switches: readonly string[];
  /** How many arguments without a dash it takes at most. */
  readonly positionals: number;
  run(invocation: Invocation): Promise<ExitCode>;
}

const COMMON_TEXTS = ['state'];
const COMMON_SWITCHES = ['json', 'help'];

type Options = NonNullable<ParseArgsConfig['options']>;

function optionsOf(command: Command): Options {
  const options: Options = {};
  for (const name of [...COMMON_TEXTS, ...command.texts]) options[name] = { type: 'string', multiple: true };
  for (const name of [...COMMON_SWITCHES, ...command.switches]) options[name] = { type: 'boolean' };
  return options;
}

interface Parsed {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

function parse(command: Command, args: readonly string[]): Parsed {
  try {
    const parsed: Parsed = parseArgs({
      args: [...args],
      options: optionsOf(command),
      allowPositionals: true,
      strict: true,
    });
    return parsed;
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}

/** @throws UsageError for an option that the command does not know, a missing value or too many arguments */
export function parseInvocation(command: Command, args: readonly string[]): Invocation {
  const { values, positionals } = parse(command, args);
  const texts: Record<string, readonly string[]> = {};
  const switches = new Set<string>();
  for (const [name, value] of Object.entries(values)) {
    if (value === true) switches.add(name);
    if (Array.isArray(value)) texts[name] = value.map(String);
  }
  for (const [name, given] of Object.entries(texts)) {
    if (given.length > 1 && !command.repeatable.includes(name))
      throw new UsageError(`--${name} can be given only once.`);
    if (given.includes('')) throw new UsageError(`--${name} needs a value.`);
  }
  const surplus = positionals[command.positionals];
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is one argument too many.`);
  return { texts, switches, positionals, json: switches.has('json') };
}

/** The value of an option, null when it was not given. */
export function optional(invocation: Invocation, name: string): string | null {
  return invocation.texts[name]?.[0] ?? null;
}

export function required(invocation: Invocation, name: string): string {
  const value = optional(invocation, name);
  if (value === null) throw new UsageError(`--${name} is missing.`);
  return value;
}
