/** A Node-RED with logins, asked as its editor asks. */
import { request, type IncomingHttpHeaders } from 'node:http';
import { TestNodeRed, type FlowNode } from './node-red.ts';

/** By name, which is also the access token; `nobody` has none. */
export const LOGINS = {
  nobody: null,
  reader: ['read'],
  writer: ['read', 'write'],
  downloader: ['read', 'backup.download'],
  admin: ['*'],
} as const;

export type Login = keyof typeof LOGINS;

/** Prints what Node-RED's own app knows of our addresses, so that none can be forgotten. */
const LISTER = `module.exports = (RED) => {
  RED.httpAdmin.get('/test-routes', (_, response) => {
    const routes = RED.httpAdmin._router.stack.map(({ route }) => route).filter((route) => route && String(route.path).startsWith('/backup/'));
    // One that is there for every method only refuses.
    const ours = routes.filter(({ methods }) => Object.keys(methods).length === 1);
    response.json(ours.map(({ path, methods }) => Object.keys(methods)[0].toUpperCase() + ' ' + path));
  });
};`;

export interface AdminAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Of JSON; throws when it is none. */
  json(): Record<string, unknown>;
}

export interface AdminRequest {
  readonly method?: string;
  readonly login?: Login;
  /** Sent as JSON unless it is bytes. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export class AdminNodeRed {
  readonly red: TestNodeRed;
  /** Ids of the jobs that were begun by being asked for. */
  readonly begun: string[] = [];

  constructor(red: TestNodeRed) {
    this.red = red;
  }

  static async start(options: {
    readonly userDir: string;
    readonly nodeRed: string;
    readonly flows: readonly FlowNode[];
    readonly settings?: string;
  }): Promise<AdminNodeRed> {
    const logins = `const logins = ${JSON.stringify(LOGINS)};`;
    const settings = `adminAuth: { type: 'credentials', users: [], tokens: async (token) => {
      ${logins}
      return logins[token] ? { username: token, permissions: logins[token] } : null;
    } }, ${options.settings ?? ''}`;
    return new AdminNodeRed(await TestNodeRed.start({ ...options, settings }));
  }

  async ask(
    path: string,
    { method = 'GET', login = 'admin', body, headers = {} }: AdminRequest = {},
  ): Promise<AdminAnswer> {
    const isBytes = Buffer.isBuffer(body);
    const sent = body === undefined ? undefined : isBytes ? body : JSON.stringify(body);
    const all = {
      ...(login === 'nobody' ? {} : { authorization: `Bearer ${login}` }),
      ...(sent === undefined ? {} : { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' }),
      ...(sent === undefined ? {} : { 'content-length': String(Buffer.byteLength(sent)) }),
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const asked = request(new URL(path, this.red.running.url), { method, headers: all, agent: false }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(parts);
          const json = (): Record<string, unknown> => JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
          const jobId = response.statusCode === 202 ? json()['job_id'] : undefined;
          if (typeof jobId === 'string') this.begun.push(jobId);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes, json });
        });
      });
      asked.on('error', reject);
      asked.end(sent);
    });
  }

  /** Asks, and expects that it goes well. */
  async got(path: string, asked: AdminRequest = {}): Promise<Record<string, unknown>> {
    const answer = await this.ask(path, asked);
    if (answer.status >= 300) throw new Error(`${path}: ${String(answer.status)} ${answer.body.toString('utf8')}`);
    return answer.json();
  }

  post(path: string, body: unknown = {}, login: Login = 'admin'): Promise<Record<string, unknown>> {
    return this.got(path, { method: 'POST', body, login });
  }
}

/** Goes into the user directory's folder `nodes` as `list-routes.js`. */
export const ROUTE_LISTER: string = LISTER;
