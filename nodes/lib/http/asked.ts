/** Reads what a request says. All of it comes from outside. */
import type { Request } from 'express';
import { BackupError, type AgentId, type BackupAgent, type BackupId, type Engine } from '../../../src/index.ts';
import { notFound } from './failure.ts';

export type Body = Readonly<Record<string, unknown>>;

const ID = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;
const LONGEST_TEXT = 4096;

/** @throws BackupError `invalid_request` when it is no object */
export function bodyOf({ body }: Request): Body {
  const given: unknown = body ?? {};
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Body;
  throw new BackupError('invalid_request', 'The body must be a JSON object.');
}

/** @throws BackupError `invalid_request` when it has not the form of a backup's id */
export function backupIdOf({ params }: Request): BackupId {
  const id = String(params['id']);
  if (ID.test(id)) return id;
  throw new BackupError(
    'invalid_request',
    `"${id.slice(0, 100)}" is not the id of a backup. Ids look like 20261120T020000Z-9f3ac1d2.`,
  );
}

/** @throws BackupError `invalid_request` when it is given twice or is too long to be right */
export function queryText({ query }: Request, key: string): string | null {
  const value = query[key];
  return value === undefined ? null : textOf(value, key);
}

/** @throws BackupError `invalid_request` when it is missing, given twice, or too long to be right */
export function requiredQuery({ query }: Request, key: string): string {
  return textOf(query[key], key);
}

/** @throws BackupError `invalid_request` when it is missing, no text, or too long to be right */
export function textIn(body: Body, key: string): string {
  return textOf(body[key], key);
}

export function optionalText(body: Body, key: string): string | null {
  const value = body[key];
  return value === undefined || value === null ? null : textOf(value, key);
}

function textOf(value: unknown, key: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= LONGEST_TEXT) return value;
  throw new BackupError('invalid_request', `${key}: give a text of 1 to ${LONGEST_TEXT} characters.`);
}

/** False where it is left out. */
export function flagIn(body: Body, key: string): boolean {
  const value = body[key];
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  throw new BackupError('invalid_request', `${key}: give true or false.`);
}

export function textsIn(body: Body, key: string, most: number): readonly string[] {
  const value = body[key];
  if (Array.isArray(value) && value.length > 0 && value.length <= most) {
    return value.map((text: unknown) => textOf(text, key));
  }
  throw new BackupError('invalid_request', `${key}: give a list of 1 to ${most} texts.`);
}

/** @throws BackupError `backup_not_found` when there is no such location */
export function locationOf(engine: Engine, agentId: AgentId): BackupAgent {
  const agent = engine.locations.agents().find(({ id }) => id === agentId);
  if (agent !== undefined) return agent;
  throw notFound(`There is no location "${agentId.slice(0, 100)}". Is its node deployed and enabled?`);
}

/** @throws BackupError `invalid_request` where what cannot be taken back was not confirmed */
export function checkConfirmed(body: Body): void {
  if (body['confirm'] === true) return;
  throw new BackupError('invalid_request', 'confirm: this cannot be taken back. Say confirm: true to go on.');
}
