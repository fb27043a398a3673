/** Answers the dialog of backup-create: what would go into a backup as it is set there, and what its file would be called. */
import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import {
  archiveName,
  BackupError,
  compactUtc,
  compressionHere,
  nameProblem,
  systemClock,
  toBackupError,
  type BackupRequest,
  type EstimateResult,
} from '../../src/index.ts';
import { bodyOf, type Body } from '../lib/http/asked.ts';
import { serve } from '../lib/http/serve.ts';
import { fromEnvironment } from '../lib/from-environment.ts';
import { asText } from '../lib/message-values.ts';
import { requestFor } from './request-for.ts';
import { readPlanConfig } from './plan-config.ts';
import type { Runtime } from '../lib/runtime.ts';
import { templateComplaint } from '../lib/template.ts';

/** They read any folder and environment variables, as a deployed node does, so they take the same rights. */
const RIGHTS = ['backup.write', 'flows.write'] as const;
/** Each takes a thread and reads the disk. */
const MOST_AT_ONCE = 3;
/** Stands for the random part of an id. */
const RANDOM = 'xxxxxxxx';

/** What is wrong with what is typed so far, for people: that is an answer, not a failure. */
interface Refusal {
  readonly wrong: string;
}

interface NamePreview {
  readonly name: string;
  readonly file: string;
}

export function answerCreatePreviews(red: NodeAPI, runtime: Runtime): void {
  const countSources = sourcesPreview(red, runtime);
  serve(red, [
    {
      method: 'POST',
      path: 'preview/name',
      rights: RIGHTS,
      answer: ({ request }) => orRefusal(previewName(red, runtime, bodyOf(request))),
    },
    {
      method: 'POST',
      path: 'preview/sources',
      rights: RIGHTS,
      answer: ({ request, signal }) => orRefusal(countSources(bodyOf(request), signal)),
    },
  ]);
}

function orRefusal(preview: Promise<object>): Promise<object> {
  return preview.catch((error: unknown): Refusal => ({ wrong: toBackupError(error).message }));
}

async function previewName(red: NodeAPI, runtime: Runtime, fields: Body): Promise<NamePreview | Refusal> {
  const complaint = templateComplaint(asText(fields['backupName']));
  if (complaint !== null) return { wrong: complaint };
  const { name, compression } = await requestOf(red, runtime, fields);
  const problem = nameProblem(name);
  if (problem !== null) return { wrong: problem };
  const id = `${compactUtc(systemClock.now())}-${RANDOM}`;
  const kind = { compression: compressionHere(compression), protected: asText(fields['key']) !== '' };
  return { name, file: archiveName(id, name, kind) };
}

type CountSources = (fields: Body, signal: AbortSignal) => Promise<EstimateResult>;

function sourcesPreview(red: NodeAPI, runtime: Runtime): CountSources {
  let running = 0;
  return async (fields, signal) => {
    if (running >= MOST_AT_ONCE) throw new BackupError('busy', 'Other previews are being counted. Try again soon.');
    running += 1;
    try {
      const engine = await runtime.engine();
      return await engine.estimate(await requestOf(red, runtime, fields), signal);
    } finally {
      running -= 1;
    }
  };
}

/** The request that the node would make on its schedule, were it deployed as the dialog says. */
async function requestOf(red: NodeAPI, runtime: Runtime, fields: Body): Promise<BackupRequest> {
  const id = asText(fields['id']);
  // The typings leave out that there may be none.
  const deployed = (red.nodes.getNode(id) as Node | null) ?? undefined;
  const typed = withEnvironment(fields, (text) => fromEnvironment(red, text, deployed)) as Body;
  const { instanceName } = await runtime.engine();
  const context = { red, nodeId: id, userDir: runtime.userDir, instanceName, encryption: null };
  return requestFor(readPlanConfig(typed as unknown as NodeDef), {} as NodeMessageInFlow, context);
}

/** All texts in it, however deep, as Node-RED does it. */
function withEnvironment(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((each) => withEnvironment(each, replace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withEnvironment(each, replace)]));
}
