/** One document for a bug report: settings and history, without any secret. */
import type { NodeAPI } from 'node-red';
import { isoLocal, systemClock, type Engine } from '../../src/index.ts';
import { serve, type Asked } from '../lib/http/serve.ts';
import { credentialSecretOf } from '../lib/node-red-files.ts';
import { redVersion, type Runtime } from '../lib/runtime.ts';
import { planReports } from './status-report.ts';

const TYPES = /^(backup-|agent-|retention$)/;
const HIDDEN = '(hidden)';
/** Shorter ones would be found in half of all words. */
const SHORTEST_SECRET = 4;

type Fields = Readonly<Record<string, unknown>>;

export function answerDiagnostics(red: NodeAPI, runtime: Runtime): void {
  const answer = async ({ response }: Asked): Promise<object> => {
    const document = await diagnostics(red, await runtime.engine());
    response.setHeader('Content-Disposition', 'attachment; filename="backup-diagnostics.json"');
    return document;
  };
  serve(red, [{ method: 'GET', path: 'diagnostics', rights: ['backup.read'], answer }]);
}

export async function diagnostics(red: NodeAPI, engine: Engine): Promise<object> {
  const nodes = ownNodes(red);
  const secrets = secretsOf(red, engine, nodes);
  const document = {
    made: isoLocal(systemClock.now()),
    versions: { node_red: redVersion(red), node: process.versions.node },
    machine: { platform: process.platform, arch: process.arch },
    nodes,
    status: engine.status(),
    plans: planReports(engine),
    locations: engine.locations.agents().map(({ id, name, abilities }) => ({ id, name, abilities })),
    pending_copies: engine.pendingCopies(),
    held: await engine.retention.held(),
    history: engine.history(),
  };
  return redacted(document, secrets) as object;
}

/** As they are stored: credentials are no part of it, environment variables are not yet filled in. */
function ownNodes(red: NodeAPI): Fields[] {
  const nodes: Fields[] = [];
  red.nodes.eachNode((node) => {
    if (TYPES.test(node.type)) nodes.push(node as unknown as Fields);
  });
  return nodes;
}

function secretsOf(red: NodeAPI, engine: Engine, nodes: readonly Fields[]): readonly string[] {
  const credentials = nodes.flatMap(({ id }) => {
    const known = red.nodes.getCredentials(String(id)) as Fields | null | undefined;
    return Object.values(known ?? {});
  });
  const { identities, passphrases } = engine.keys.all();
  const own = credentialSecretOf(red.settings)?.secret;
  return [...credentials, ...identities, ...passphrases, own]
    .filter((secret) => typeof secret === 'string')
    .flatMap((secret) => [secret, fromEnvironment(secret), ...secret.split('\n')].map((part) => part.trim()))
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
}

/** A credential may name an environment variable, as the whole of it. */
function fromEnvironment(secret: string): string {
  const [, name] = /^\$\{([^}]+)\}$/.exec(secret) ?? [];
  return name === undefined ? '' : (process.env[name] ?? '');
}

/** Hides known secrets wherever they turn up, and what is named like one or looks like one. */
function redacted(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return redactedText(value, secrets);
  if (Array.isArray(value)) return value.map((each) => redacted(each, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]: [string, unknown]) => {
      const isSecret =
        /pass(word|phrase)|secret|token|credential/i.test(key) && typeof each === 'string' && each !== '';
      return [redactedText(key, secrets), isSecret ? HIDDEN : redacted(each, secrets)];
    }),
  );
}

function redactedText(text: string, secrets: readonly string[]): string {
  const shown = secrets.reduce((before, secret) => before.replaceAll(secret, HIDDEN), text);
  return shown
    .replace(/AGE-SECRET-KEY-1[0-9A-Z]+/gi, HIDDEN)
    .replace(/-----BEGIN [^-]*PRIVATE KEY-----[\s\S]*?(-----END [^-]*-----|$)/g, HIDDEN)
    .replace(/(\w+:\/\/)[^\s/@]+@/g, `$1${HIDDEN}@`);
}
