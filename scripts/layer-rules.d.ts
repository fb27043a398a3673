import type { Linter } from 'eslint';

export function layerRules(options: {
  readonly syntax: readonly { selector: string; message: string }[];
}): Linter.Config[];
