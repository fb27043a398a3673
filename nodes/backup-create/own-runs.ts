/** What a backup-create node does by itself: on its schedule, after a deploy. */
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { isoLocal, toBackupError, type DueRun, type Engine } from '../../src/index.ts';
import { deployDelayMs, expectationOf, scheduleOf } from './automatic.ts';
import { deployWatchOf } from './deploy-watch.ts';
import { planIdOf, planNameOf, type PlanConfig } from './plan-config.ts';

export interface OwnRuns {
  /** To be called with the engine, once; what is set wrongly is told and leaves the rest working. */
  begin(engine: Engine): void;
  /** @param removed - whether the node is gone, and not only this instance of it */
  end(removed: boolean): void;
}

/** The node gets a message for each run, as from any other node. */
export function ownRuns(red: NodeAPI, node: Node, config: PlanConfig): OwnRuns {
  const ends: ((removed: boolean) => void)[] = [];
  let ended = false;
  const told = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      node.error(toBackupError(error));
    }
  };
  told(() => {
    if (!config.automatic.afterDeploy) return;
    const run = (changed_tabs: readonly string[]): void => {
      receive(node, { topic: 'backup/deploy', changed_tabs });
    };
    ends.push(deployWatchOf(red).listen({ nodeId: node.id, delayMs: deployDelayMs(config.automatic), run }));
  });
  return {
    begin: (engine) => {
      if (ended) return;
      told(() => {
        const schedule = scheduleOf(config.automatic);
        const run = (due: DueRun): void => {
          receive(node, scheduled(due));
        };
        const plan = { planId: planIdOf(config, node.id), planName: planNameOf(config), nodeId: node.id, run };
        ends.push(engine.automation.add({ ...plan, schedule, expectation: expectationOf(config.automatic, schedule) }));
      });
    },
    end: (removed) => {
      ended = true;
      for (const end of ends) end(removed);
    },
  };
}

function scheduled({ dueMs, late }: DueRun): object {
  return { topic: 'backup/schedule', payload: isoLocal(dueMs), late };
}

function receive(node: Node, message: object): void {
  node.receive(message as NodeMessage);
}
