import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';

/** `flows.json` → `flows_cred.json`, in the user directory if it is there, else beside the flows (as Node-RED looks for it). */
export function credentialsFileOf(flowFile: string, userDir: string): string {
  const extension = extname(flowFile);
  const name = `${basename(flowFile, extension)}_cred${extension}`;
  const inUserDir = join(userDir, name);
  return existsSync(inUserDir) ? inUserDir : join(dirname(flowFile), name);
}
