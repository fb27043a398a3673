/** What the button of a backup-create node asks for. */
import type { Node, NodeAPI } from 'node-red';
import { serve } from '../lib/http/serve.ts';
import { notFound } from '../lib/http/failure.ts';
import { askByHand } from './by-hand.ts';

export function answerButton(red: NodeAPI): void {
  serve(red, [
    {
      method: 'POST',
      path: 'create/:id',
      rights: ['backup.write'],
      status: 202,
      answer: async ({ request }) => {
        // The typings leave out that there may be none.
        const node = red.nodes.getNode(String(request.params['id'])) as Node | null | undefined;
        if (node?.type !== 'backup-create') throw notFound('There is no such backup node. Deploy it first.');
        return { job_id: await askByHand(node) };
      },
    },
  ]);
}
