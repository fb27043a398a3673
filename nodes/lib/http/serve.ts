/** All admin routes of the package go through here: who may ask, what a page of another site may not, and how failures are told. */
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { BackupError, toBackupError } from '../../../src/index.ts';
import { isCrossSite } from './cross-site.ts';
import { answerFailure, HttpFailure } from './failure.ts';

export type Right = 'backup.read' | 'backup.write' | 'backup.download' | 'flows.write';

export interface Asked {
  readonly request: Request;
  readonly response: Response;
  /** Aborted when who asked has gone away. */
  readonly signal: AbortSignal;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** As Express writes them, with `/backup/` before it. */
  readonly path: string;
  /** All of them are needed; empty where the address itself is the right. */
  readonly rights: readonly Right[];
  /** Kind of the body; `json` unless said. */
  readonly body?: 'json' | 'bytes';
  /** Of the answer, 200 unless said. */
  readonly status?: number;
  /** @returns what is sent as JSON; null when it has answered itself */
  readonly answer: (asked: Asked) => Promise<object | null> | object;
}

const TYPES = { json: 'application/json', bytes: 'application/octet-stream' } as const;

/** Any other method at the path of a route is answered 405, so all routes of one path are to be given together. */
export function serve(red: NodeAPI, routes: readonly Route[]): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const here = routes.filter((route) => route.path === path);
    for (const route of here) {
      const handlers = [guard(route), ...permission(red, route), handler(route)];
      if (route.method === 'GET') red.httpAdmin.get(`/backup/${path}`, ...handlers);
      else red.httpAdmin.post(`/backup/${path}`, ...handlers);
    }
    red.httpAdmin.all(`/backup/${path}`, (_request, response) => {
      const allowed = here.map(({ method }) => method).join(', ');
      response.set({ Allow: allowed, 'Cache-Control': 'no-store' });
      answerFailure(response, new HttpFailure(405, 'invalid_request', `This address takes ${allowed} only.`));
    });
  }
}

function guard(route: Route): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    // Express hands HEAD to what is there for GET.
    if (request.method !== route.method) {
      next('route');
      return;
    }
    // Neither the browser nor anything on the way to it may keep what is told here.
    response.set('Cache-Control', 'no-store');
    if (!isReadOnly(route) && isCrossSite(request)) {
      const what =
        'The request came from a page of another site, or through a proxy that does not pass on the host name.';
      answerFailure(response, new HttpFailure(403, 'invalid_request', what));
      return;
    }
    next();
  };
}

/** It tells nothing that is to be kept from who may read, and changes nothing. */
function isReadOnly({ method, rights }: Route): boolean {
  return method === 'GET' && rights.length > 0 && rights.every((right) => right === 'backup.read');
}

function permission(red: NodeAPI, { rights }: Route): RequestHandler[] {
  if (rights.length === 0) return [];
  // The typings know single rights only; of a list all are needed.
  return [red.auth.needsPermission(rights as unknown as string) as RequestHandler];
}

function handler(route: Route): RequestHandler {
  return (request: Request, response: Response) => {
    const closing = new AbortController();
    response.on('close', () => {
      closing.abort(new BackupError('canceled', 'Who asked has gone away.'));
    });
    answer(route, { request, response, signal: closing.signal }).catch((error: unknown) => {
      answerFailure(response, toBackupError(error));
    });
  };
}

async function answer(route: Route, asked: Asked): Promise<void> {
  checkType(route, asked.request);
  const document = await route.answer(asked);
  const { response } = asked;
  if (document === null || response.destroyed) return;
  response.status(route.status ?? 200).type('json');
  // Not `json`, which makes a tag of all that is sent: nothing is to be cached here.
  response.end(JSON.stringify(document));
}

/** What a form of another site can send is none of these. */
function checkType({ method, body = 'json' }: Route, request: Request): void {
  const type = request.get('Content-Type');
  if (method === 'GET' || (type === undefined && body === 'json')) return;
  if (type?.split(';')[0]?.trim().toLowerCase() === TYPES[body]) return;
  throw new HttpFailure(415, 'invalid_request', `The body must be sent as Content-Type: ${TYPES[body]}.`);
}
