/** "Test connection" of agent-sftp's dialog: tries what is typed there, before it is deployed. */
import type { Node, NodeAPI } from 'node-red';
import {
  BackupError,
  createSftpAgent,
  systemClock,
  toBackupError,
  type CheckReport,
  type ErrorCode,
} from '../../src/index.ts';
import { serve, type Asked } from '../lib/http/serve.ts';
import { isNodeOf } from '../lib/dialog-node.ts';
import { fromEnvironment } from '../lib/from-environment.ts';
import { asText } from '../lib/message-values.ts';
import { runtimeOf } from '../lib/runtime.ts';
import {
  readSecrets,
  readSftpConfig,
  SECRETS,
  serverOf,
  sftpAgentId,
  sftpSettings,
  type SftpConfig,
  type SftpSecrets,
} from './sftp-config.ts';

export interface DeployedSftp {
  readonly node: Node;
  readonly config: SftpConfig;
  readonly secrets: SftpSecrets;
}

/** What the dialog shows. */
interface TestAnswer extends CheckReport {
  /** Why it failed, null when it did not. */
  readonly code: ErrorCode | null;
  readonly message: string;
  /** Of the server, when it is not among those that are accepted. */
  readonly fingerprint?: string;
  /** Whether others are: then the server is not the one it was. */
  readonly known?: boolean;
}

/** What the editor shows and sends in place of a secret that is stored. */
const UNCHANGED = '__PWRD__';
const TEST_MS = 60_000;
const LONGEST_TEXT = 16_384;

export function answerSftpTests(red: NodeAPI, deployed: ReadonlySet<DeployedSftp>): void {
  const answer = ({ request, signal }: Asked): Promise<TestAnswer> =>
    testConnection(red, { body: request.body as unknown, deployed, signal }).catch((error: unknown) =>
      failed(toBackupError(error)),
    );
  // It reaches hosts, reads environment variables and uses secrets as a deployed node does, so it takes the same rights.
  serve(red, [{ method: 'POST', path: 'agents/sftp/test', rights: ['backup.write', 'flows.write'], answer }]);
}

interface TestRequest {
  readonly body: unknown;
  readonly deployed: ReadonlySet<DeployedSftp>;
  /** Aborted when the dialog was closed. */
  readonly signal: AbortSignal;
}

async function testConnection(red: NodeAPI, { body, deployed, signal }: TestRequest): Promise<TestAnswer> {
  const given = fieldsOf(body);
  const twin = [...deployed].find(({ node }) => isNodeOf(node, given['id']));
  const texts = Object.fromEntries(
    Object.entries(given).map(([key, text]) => [key, fromEnvironment(red, text, twin?.node)]),
  );
  const config = readSftpConfig(texts);
  const { instanceId, instanceName } = await runtimeOf(red).engine();
  const settings = await sftpSettings(config, withStored(config, readSecrets(texts), twin), instanceName);
  const id = sftpAgentId(config, settings.folder);
  const agent = createSftpAgent({ id, name: id, settings, clock: systemClock, instanceId });
  const closing = new AbortController();
  const timer = systemClock.setTimer(TEST_MS, () => {
    closing.abort(new BackupError('timeout', `The test took more than ${TEST_MS / 1000} s and was given up.`));
  });
  try {
    const options = { signal: AbortSignal.any([signal, closing.signal]) };
    // A report tells no codes; this tells them before anything is written.
    await agent.space(options).catch((error: unknown) => {
      if (toBackupError(error).code === 'agent_host_key_mismatch') throw error;
    });
    const report = await agent.check(options);
    const wrong = report.steps.find(({ ok }) => !ok);
    return { ...report, code: wrong === undefined ? null : 'agent_error', message: wrong?.message ?? '' };
  } finally {
    timer.cancel();
    await agent.close();
  }
}

function failed({ code, message, data }: BackupError): TestAnswer {
  const { fingerprint, known } = data;
  return {
    ok: false,
    steps: [{ name: 'reach', ok: false, message }],
    free: null,
    code,
    message,
    ...(typeof fingerprint === 'string' ? { fingerprint } : {}),
    ...(typeof known === 'boolean' ? { known } : {}),
  };
}

/** @throws BackupError `invalid_request` when it is not what the dialog sends */
function fieldsOf(body: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(body ?? {}).map(([key, value]) => [key, asText(value)] as const);
  const long = entries.find(([, text]) => text.length > LONGEST_TEXT);
  if (long === undefined) return Object.fromEntries(entries);
  throw new BackupError('invalid_request', `${long[0].slice(0, 100)}: that is too long to be right.`);
}

/**
 * Stored secrets in place of those that were not touched in the dialog.
 *
 * @throws BackupError `invalid_request` when they belong to another server than the one to be tested
 */
function withStored(config: SftpConfig, secrets: SftpSecrets, twin: DeployedSftp | undefined): SftpSecrets {
  if (SECRETS.every((key) => secrets[key] !== UNCHANGED)) return secrets;
  if (twin === undefined || serverOf(twin.config) !== serverOf(config)) {
    const what = 'The stored password or key is sent to no other server than the one it was deployed for.';
    throw new BackupError('invalid_request', `${what} Type it again, or deploy first.`);
  }
  const stored = SECRETS.map((key) => [key, secrets[key] === UNCHANGED ? twin.secrets[key] : secrets[key]]);
  return Object.fromEntries(stored) as SftpSecrets;
}
