/** All routes of the sidebar. They are those of the plugin, so that they are there without any node of ours in the flow. */
import type { NodeAPI } from 'node-red';
import type { Engine } from '../../../src/index.ts';
import { runtimeOf, type Runtime } from '../../lib/runtime.ts';
import { deleteCopies } from './delete.ts';
import { download, issueTicket } from './download.ts';
import { FileLists } from './file-list.ts';
import { answerFiles } from './files.ts';
import { answerFlows } from './flows.ts';
import { answerHistory } from './history.ts';
import { answerInfo } from './info.ts';
import { cancelJob, copyBackup, createOfPlan, pinEverywhere, verifyCopy } from './jobs.ts';
import { answerKept } from './kept.ts';
import { tellEditors } from './live-events.ts';
import { answerList, answerRecord } from './listing.ts';
import { receiveUpload } from './receive.ts';
import { cancelRestore, restoreCopy, undoRestore } from './restore.ts';
import { serve, type Asked, type Right, type Route } from '../../lib/http/serve.ts';
import { Tickets } from './tickets.ts';

export function answerSidebar(red: NodeAPI): void {
  const runtime = runtimeOf(red);
  serve(red, [
    ...readRoutes(red, runtime),
    ...jobRoutes(runtime),
    ...contentRoutes(runtime),
    ...dangerousRoutes(red, runtime),
  ]);
  tellEditors(red, runtime);
}

type Answer = (engine: Engine, asked: Asked) => object | Promise<object | null>;
type Method = 'GET' | 'POST';

/** @returns what makes a route of rights, method, path and answer */
function routesFor(
  runtime: Runtime,
  rights: readonly Right[],
): (method: Method, path: string, answer: Answer | [number, Answer]) => Route {
  return (method, path, given) => {
    const [status, answer] = typeof given === 'function' ? [200, given] : given;
    return { method, path, rights, status, answer: async (asked) => answer(await runtime.engine(), asked) };
  };
}

function readRoutes(red: NodeAPI, runtime: Runtime): readonly Route[] {
  const route = routesFor(runtime, ['backup.read']);
  return [
    route('GET', 'info', (engine) => answerInfo(engine, runtime)),
    route('GET', 'list', answerList),
    route('GET', 'backups/:id', answerRecord),
    route('GET', 'history', answerHistory),
    route('GET', 'kept', (engine, asked) => answerKept(engine, { red, runtime }, asked)),
  ];
}

function jobRoutes(runtime: Runtime): readonly Route[] {
  const route = routesFor(runtime, ['backup.write']);
  return [
    route('POST', 'plans/:planId/create', [202, (_engine, asked) => createOfPlan(runtime, asked)]),
    route('POST', 'jobs/:jobId/cancel', [202, cancelJob]),
    route('POST', 'backups/:id/verify', [202, verifyCopy]),
    route('POST', 'backups/:id/copy', [202, copyBackup]),
    route('POST', 'backups/:id/pin', pinEverywhere),
  ];
}

/** An archive holds every secret of the machine, so what is in it takes a right of its own. */
function contentRoutes(runtime: Runtime): readonly Route[] {
  const lists = new FileLists();
  const tickets = new Tickets();
  const route = routesFor(runtime, ['backup.download']);
  const withTicket = routesFor(runtime, []);
  return [
    route('GET', 'backups/:id/files', (engine, asked) => answerFiles(engine, lists, asked)),
    route('GET', 'backups/:id/flows', answerFlows),
    route('POST', 'backups/:id/ticket', (engine, asked) => issueTicket(engine, tickets, asked)),
    withTicket('GET', 'download/:token', (engine, asked) => download(engine, tickets, asked)),
  ];
}

/** What replaces or removes for good takes the right to change flows as well: it can do what a changed flow can. */
function dangerousRoutes(red: NodeAPI, runtime: Runtime): readonly Route[] {
  const route = routesFor(runtime, ['backup.write', 'flows.write']);
  return [
    route('POST', 'backups/:id/delete', deleteCopies),
    route('POST', 'backups/:id/restore', [202, (engine, asked) => restoreCopy(engine, { red, runtime }, asked)]),
    route('POST', 'restore/undo', [202, (engine, asked) => undoRestore(engine, runtime, asked)]),
    route('POST', 'restore/cancel', (engine) => cancelRestore(engine, runtime)),
    { ...route('POST', 'receive', [202, (engine, asked) => receiveUpload(engine, red, asked)]), body: 'bytes' },
  ];
}
