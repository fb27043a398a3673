/** Bundles what runs in the browser into one file: Node-RED puts the HTML of a plugin into the editor's page. */
import { buildSync } from 'esbuild';
import { join } from 'node:path';

/** The oldest browsers that the editors of Node-RED 4.1 and 5 support know this. */
const TARGET = 'es2022';

/** @returns `<style>` and `<script>` */
export function bundleEditor(root: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(root, 'nodes/editor/main.ts'), join(root, 'nodes/editor/sidebar.css')],
    outdir: join(root, 'dist'),
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    charset: 'utf8',
    legalComments: 'none',
    target: TARGET,
    tsconfigRaw: {},
  });
  const textOf = (end: string): string => outputFiles.find(({ path }) => path.endsWith(end))?.text.trim() ?? '';
  return `<style>${textOf('.css')}</style>\n<script type="text/javascript">${textOf('.js')}</script>\n`;
}
