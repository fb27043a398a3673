/** Asks the admin routes below `backup/`. */
import { ajax } from './red.ts';
import { text } from './text.ts';

/** What a route refused, or that it was not to be had. */
class ApiError extends Error {
  /** A code of the engine's errors, or `unknown_error`. */
  readonly code: string;
  /** 0 when Node-RED did not answer. */
  readonly status: number;

  constructor(message: string, code: string, status: number) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
  }
}

/**
 * @param path - below `backup/`, with what stands in it already encoded
 * @throws ApiError
 */
export async function get<T>(path: string): Promise<T> {
  return (await send({ url: `backup/${path}`, method: 'GET', dataType: 'json' })) as T;
}

/**
 * @param path - below `backup/`, with what stands in it already encoded
 * @throws ApiError
 */
export async function post<T>(path: string, body: object = {}): Promise<T> {
  const data = JSON.stringify(body);
  return (await send({ url: `backup/${path}`, method: 'POST', contentType: 'application/json', data })) as T;
}

type Request = Parameters<typeof ajax>[0];

export async function send(request: Request): Promise<unknown> {
  return new Promise((resolve, reject) => {
    ajax(request)
      .done(resolve)
      .fail(({ status, responseJSON }) => reject(errorOf(status, responseJSON)));
  });
}

function errorOf(status: number, answer: unknown): ApiError {
  const { code, message } = ((answer as { error?: unknown } | undefined)?.error ?? {}) as Record<string, unknown>;
  if (typeof message === 'string') {
    return new ApiError(message, typeof code === 'string' ? code : 'unknown_error', status);
  }
  const known: Readonly<Record<number, string>> = {
    0: 'error.offline',
    401: 'error.notAllowed',
    404: 'error.notThere',
  };
  return new ApiError(text(known[status] ?? 'error.status', { status }), 'unknown_error', status);
}
