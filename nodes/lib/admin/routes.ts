/** All routes of the sidebar. They are those of the plugin, so that they are there without any node of ours in the flow. */
import type { NodeAPI } from 'node-red';
import type { Engine } from '../../../src/index.ts';
import { runtimeOf, type Runtime } from '../runtime.ts';
import { answerHistory } from './history.ts';
import { answerInfo } from './info.ts';
import { answerKept } from './kept.ts';
import { tellEditors } from './live-events.ts';
import { answerList, answerRecord } from './listing.ts';
import { serve, type Asked, type Route } from './serve.ts';

export function answerSidebar(red: NodeAPI): void {
  const runtime = runtimeOf(red);
  serve(red, readRoutes(red, runtime));
  tellEditors(red, runtime);
}

type Answer = (engine: Engine, asked: Asked) => object | Promise<object | null>;

function readRoutes(red: NodeAPI, runtime: Runtime): readonly Route[] {
  const read = (path: string, answer: Answer): Route => ({
    method: 'GET',
    path,
    rights: ['backup.read'],
    answer: async (asked) => answer(await runtime.engine(), asked),
  });
  return [
    read('info', (engine) => answerInfo(engine, runtime)),
    read('list', answerList),
    read('backups/:id', answerRecord),
    read('history', answerHistory),
    read('kept', (engine, asked) => answerKept(engine, { red, runtime }, asked)),
  ];
}
