/** What backup-key's dialog asks of the runtime: a new key, and what goes onto its recovery kit. */
import type { Node, NodeAPI } from 'node-red';
import encodeQR from 'qr';
import { BackupError, generateKeyPair, isoLocal, recipientOf, systemClock, type KeyPair } from '../../src/index.ts';
import { serve, type Asked } from '../lib/http/serve.ts';
import { isNodeOf } from '../lib/dialog-node.ts';
import type { KeyConfig } from './key-config.ts';
import { asText } from '../lib/message-values.ts';
import { runtimeOf } from '../lib/runtime.ts';

export interface DeployedKey {
  readonly node: Node;
  readonly config: KeyConfig;
}

/** What the page shows. */
interface Kit extends KeyPair {
  readonly instance: string;
  /** ISO, local offset. */
  readonly date: string;
  /** Of the identity: an SVG document. */
  readonly qr: string;
  /** Where copies lie. */
  readonly locations: readonly { readonly id: string; readonly name: string }[];
}

/** What the editor has in place of a secret that is stored. */
const UNCHANGED = '__PWRD__';
const LONGEST_IDENTITY = 4096;

/** Who may change flows may set what backups are encrypted with; who sees an identity can read every backup that was made for it. */
const MAKE_RIGHTS = ['backup.write', 'flows.write'] as const;
const SHOW_RIGHTS = ['backup.download', 'flows.write'] as const;

type Body = Readonly<Record<string, unknown>>;

export function answerKeyRequests(red: NodeAPI, deployed: ReadonlySet<DeployedKey>): void {
  const bodyOf = ({ request }: Asked): Body => (request.body ?? {}) as Body;
  serve(red, [
    { method: 'POST', path: 'keys', rights: MAKE_RIGHTS, answer: (asked) => makePair(bodyOf(asked)) },
    { method: 'POST', path: 'keys/kit', rights: SHOW_RIGHTS, answer: (asked) => makeKit(red, bodyOf(asked), deployed) },
  ]);
}

/** A new pair, or the one of an identity that was pasted. */
async function makePair(body: Body): Promise<KeyPair> {
  const identity = identityIn(body);
  return identity === '' ? generateKeyPair() : { identity, recipient: await recipientOf(identity) };
}

async function makeKit(red: NodeAPI, body: Body, deployed: ReadonlySet<DeployedKey>): Promise<Kit> {
  const typed = identityIn(body);
  const stored = [...deployed].find(({ node }) => isNodeOf(node, body['id']))?.config.identity ?? '';
  const identity = typed === UNCHANGED || typed === '' ? stored : typed;
  if (identity === '') throw new BackupError('key_missing', 'There is no key to show. Create one first.');
  const recipient = await recipientOf(identity);
  const engine = await runtimeOf(red).engine();
  return {
    identity,
    recipient,
    instance: engine.instanceName,
    date: isoLocal(systemClock.now()),
    qr: encodeQR(identity, 'svg', { ecc: 'medium', border: 4 }),
    locations: engine.locations.agents().map(({ id, name }) => ({ id, name })),
  };
}

function identityIn(body: Body): string {
  const identity = asText(body['identity']).trim();
  if (identity.length <= LONGEST_IDENTITY) return identity;
  throw new BackupError('invalid_request', 'identity: that is too long to be right.');
}
