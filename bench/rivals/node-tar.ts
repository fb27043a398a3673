/** node-tar.ts PATH ARCHIVE */
import { basename, dirname } from 'node:path';
import { create } from 'tar';

const [path, file] = process.argv.slice(2);
if (path === undefined || file === undefined) throw new Error('Give the path and the archive.');
await create({ gzip: true, file, cwd: dirname(path) }, [basename(path)]);
