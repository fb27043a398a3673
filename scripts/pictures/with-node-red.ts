/** A Node-RED for a picture: on a fresh user directory, which is removed again. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNodeRed, type RunningNodeRed } from '../start-node-red.ts';

export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly [key: string]: unknown;
}

export interface Stage {
  /** @param disk - a folder that stands for a disk */
  readonly flows: (disk: string) => readonly FlowNode[];
}

export async function withNodeRed({ flows }: Stage, work: (red: RunningNodeRed) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'nightkeep-pictures-'));
  try {
    const userDir = join(folder, 'node-red');
    fill(userDir);
    const settings = `backupCreateInstanceName: 'greenhouse',`;
    const red = await startNodeRed({ userDir, flows: flows(join(folder, 'disk')), settings });
    try {
      await work(red);
    } finally {
      await red.stop();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a user directory holds besides flows. */
function fill(userDir: string): void {
  mkdirSync(join(userDir, 'context', 'global'), { recursive: true });
  const readings = Array.from({ length: 20_000 }, (_, i) => ({ sensor: `greenhouse-${String(i % 12)}`, value: i / 7 }));
  writeFileSync(join(userDir, 'context', 'global', 'global.json'), JSON.stringify({ readings }));
}
