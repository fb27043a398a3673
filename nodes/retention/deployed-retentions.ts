import type { Node } from 'node-red';
import { Deployed } from '../lib/deployed.ts';
import type { RetentionConfig } from './retention-config.ts';

/** A retention node. */
export interface DeployedRetention {
  readonly node: Node;
  readonly config: RetentionConfig;
}

export const deployedRetentions: Deployed<DeployedRetention> = new Deployed<DeployedRetention>();
