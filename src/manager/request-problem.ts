/** What is wrong with a request, before anything is done for it. Values may come from a message, so types are not trusted. */
import { isAbsolute } from 'node:path';
import { isBackupId } from '../backup-names.ts';
import { isObject } from '../io/json-file.ts';
import type { BackupRequest, Encryption, SourceSpec } from '../backup-request.ts';
import { extraProblem, RECORD_LIMITS } from '../record.ts';
import type { CopyRequest } from './requests.ts';

/** Timers of Node.js reach no further. */
const MAX_TIMEOUT_MS = 2_147_483_647;
const MAX_KEEP_DAYS = 36_500;
/** 30 days. */
const MAX_RETRY_MS = 2_592_000_000;
const MAX_AGENT_ID = 4096;
const MAX_LABEL = 64;
const MAX_RECIPIENTS = 20;
const MAX_PASSPHRASE = 1024;
const RESERVED_LABELS = new Set(['backup.json', 'manifest.jsonl', 'node-red-outside']);

/** @returns the field, what is wrong and what to do, or null when nothing is wrong */
export function requestProblem(request: BackupRequest): string | null {
  return (
    nameProblem(request.name) ??
    textProblem('planId', request.planId, [1, RECORD_LIMITS.id]) ??
    textProblem('planName', request.planName, [0, RECORD_LIMITS.name]) ??
    pathProblem('folder', request.folder) ??
    sourcesProblem(request.sources) ??
    choiceProblem('compression', request.compression, ['zstd', 'gzip', 'none']) ??
    encryptionProblem(request.encryption) ??
    choiceProblem('unreadable', request.unreadable, ['warn', 'fail']) ??
    choiceProblem('whenBusy', request.whenBusy, ['wait', 'refuse']) ??
    namesProblem(request.excludeIfPresent) ??
    rangeProblem('keepDays', request.keepDays, MAX_KEEP_DAYS) ??
    rangeProblem('timeoutMs', request.timeoutMs, MAX_TIMEOUT_MS) ??
    extrasProblem(request.extra)
  );
}

/** @returns as `requestProblem` */
export function nameProblem(name: string): string | null {
  return textProblem('name', name, [1, RECORD_LIMITS.name]);
}

/** @returns as `requestProblem` */
export function copyRequestProblem({ backupId, from, agentId, retryForMs }: CopyRequest): string | null {
  return (
    textProblem('agentId', agentId, [1, MAX_AGENT_ID]) ??
    (from === null ? null : textProblem('from', from, [1, MAX_AGENT_ID])) ??
    (backupId === null ? null : textProblem('backupId', backupId, [1, RECORD_LIMITS.id])) ??
    (backupId === null || isBackupId(backupId)
      ? null
      : `backupId: "${backupId}" is not the id of a backup. Ids look like 20261120T020000Z-9f3ac1d2.`) ??
    rangeProblem('retryForMs', retryForMs, MAX_RETRY_MS)
  );
}

/** @param field - what the path is called in the message */
export function pathProblem(field: string, path: unknown): string | null {
  if (typeof path !== 'string' || path === '') return `${field}: it is empty. Give an absolute path.`;
  if (path.includes('\0')) return `${field}: a path cannot hold a NUL character.`;
  return isAbsolute(path) ? null : `${field}: "${path}" is not an absolute path. Give one that begins with "/".`;
}

function textProblem(field: string, value: unknown, [least, most]: readonly [number, number]): string | null {
  if (typeof value !== 'string') return `${field}: it is not a text. Give one.`;
  if (value.length >= least && value.length <= most) return null;
  return `${field}: it has ${String(value.length)} characters. Give ${String(least)} to ${String(most)}.`;
}

/** What was given may be a secret in the wrong field, so it is not shown. Whether recipients are real ones is known when they are used. */
function encryptionProblem(encryption: Encryption | null): string | null {
  if (encryption === null) return null;
  if (encryption.kind === 'passphrase') {
    return textProblem('passphrase', encryption.passphrase, [1, MAX_PASSPHRASE]);
  }
  const recipients: readonly unknown[] = encryption.recipients;
  if (recipients.length === 0) {
    return 'recipients: there is nobody to encrypt for. Choose a key that is there, enabled and deployed.';
  }
  if (recipients.length > MAX_RECIPIENTS) {
    return `recipients: there are ${String(recipients.length)}. Give 1 to ${String(MAX_RECIPIENTS)}.`;
  }
  const isOne = (recipient: unknown): recipient is string =>
    typeof recipient === 'string' && /^age1[a-z0-9]+$/.test(recipient);
  if (!recipients.every(isOne)) return 'recipients: one is not of age. They begin with age1; correct it.';
  const kinds = new Set(recipients.map((recipient) => recipient.startsWith('age1pq1')));
  if (kinds.size === 1) return null;
  return 'recipients: some are post-quantum (age1pq1…) and some not, so the weaker ones decide. Give one kind.';
}

function choiceProblem(field: string, value: unknown, choices: readonly string[]): string | null {
  const isOne = typeof value === 'string' && choices.includes(value);
  return isOne ? null : `${field}: it is none of ${choices.join(', ')}. Choose one of them.`;
}

function rangeProblem(field: string, value: unknown, most: number): string | null {
  if (value === null) return null;
  if (typeof value === 'number' && value >= 0 && value <= most) return null;
  return `${field}: it is not a number from 0 to ${String(most)}. Give one, or leave it empty.`;
}

function namesProblem(names: readonly string[]): string | null {
  const bad = names.find((name) => name === '' || name === '.' || name === '..' || /[/\0]/.test(name));
  return bad === undefined ? null : `excludeIfPresent: "${bad}" is not the name of a file. Give bare names.`;
}

function extrasProblem(extra: unknown): string | null {
  if (!isObject(extra)) return 'extra: it is not an object. Give one, e.g. {"room": "cellar"}.';
  const problem = extraProblem(extra);
  return problem === null ? null : `extra: it ${problem}. Give less.`;
}

function sourcesProblem(sources: readonly SourceSpec[]): string | null {
  if (sources.length === 0) return 'sources: there are none. Choose at least one folder or file to back up.';
  if (sources.length > RECORD_LIMITS.sources) {
    return `sources: there are ${String(sources.length)}. Give at most ${String(RECORD_LIMITS.sources)}.`;
  }
  const seen = new Set<string>();
  for (const source of sources) {
    const problem = labelProblem(source) ?? pathProblem(`source "${source.label}"`, source.path);
    if (problem !== null) return problem;
    if (seen.has(source.label)) return `source "${source.label}": two sources have this label. Give each its own.`;
    seen.add(source.label);
  }
  return null;
}

function labelProblem({ label, kind }: SourceSpec): string | null {
  const shown = `source ${JSON.stringify(label.slice(0, MAX_LABEL))}`;
  if (label === '')
    return 'source: a label is empty. Give each source a label; it is the name of its folder in the archive.';
  if (label.length > MAX_LABEL)
    return `${shown}: its label is longer than ${String(MAX_LABEL)} characters. Shorten it.`;
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[/\\\u0000-\u001f\u007f]/.test(label) || label === '.' || label.includes('..')) {
    return `${shown}: a label cannot hold "/", "\\", ".." or control characters. Give another.`;
  }
  const isReserved = RESERVED_LABELS.has(label) || (label === 'node-red' && kind !== 'node-red');
  return isReserved ? `${shown}: this label is reserved. Give another.` : null;
}
