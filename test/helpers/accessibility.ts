/** What axe-core, the judge of accessibility that browsers' own tools use, finds wrong in a page. */
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface AxeNode {
  readonly target: readonly string[];
  readonly html: string;
  readonly failureSummary: string;
}

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly AxeNode[] }[];
}

/** What Node-RED puts into each form against browsers that fill in passwords. Nobody sees it. */
const NOT_OURS = ['[id^="red-ui-trap"]'];

/**
 * @param within - the part that is judged
 * @returns one text for each element that breaks a rule: rule, element, what is wrong
 */
export async function violationsIn(page: Page, within: string): Promise<string[]> {
  if (!(await page.evaluate<boolean>(`'axe' in window`))) await page.addScriptTag({ path: AXE });
  const context = JSON.stringify({ include: [within], exclude: NOT_OURS });
  const results = await page.evaluate<AxeResults>(
    `axe.run(${context}, { resultTypes: ['violations'], preload: false })`,
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, html, failureSummary }) => `${id}: ${target.join(' ')} ${html.slice(0, 200)} ${failureSummary}`,
    ),
  );
}
