/** Whether the flows that Node-RED runs are there to be backed up. */
import { existsSync, lstatSync, readlinkSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { credentialsFileOf } from '../credentials-file.ts';
import type { NodeRedSource } from '../backup-request.ts';
import { isWithin } from '../io/real-path.ts';
import { keptCopyOf } from './content/kept-copy.ts';
import { flowFilesIn } from './flow-file.ts';

/** `file` holds the flows, null when it is not known which; `message` says, in sentences for people, why there are none. */
export type FlowsState =
  | { readonly kind: 'there'; readonly file: string | null }
  | { readonly kind: 'never' | 'missing'; readonly message: string };

/** The flows that Node-RED runs: those of the active project, or of the settings. */
export function flowsState(source: NodeRedSource): FlowsState {
  const project = source.facts?.project ?? null;
  if (source.facts?.ownStorage === true)
    return missing('Flows are kept by a storageModule of the settings, not in files.');
  if (project === null) return stateOf(source.flowFile ?? join(source.path, 'flows.json'), source);
  const { name, folder, flowFile } = project;
  if (flowFile === null)
    return missing(`The active project ${name} has no flows: ${folder} does not say where they are.`);
  if (hasContent(flowFile)) return { kind: 'there', file: flowFile };
  const kept = keptCopyOf(flowFile);
  if (existsSync(flowFile) && hasContent(kept)) return { kind: 'there', file: kept };
  return missing(`The active project ${name} has no flows: ${flowFile} is not there, or empty.`);
}

function missing(what: string): FlowsState {
  const advice = 'A backup without flows would bring none back, so none is made.';
  return { kind: 'missing', message: `${what} ${advice}` };
}

function stateOf(file: string, source: NodeRedSource): FlowsState {
  const { path: userDir } = source;
  if (hasContent(file)) return { kind: 'there', file };
  const kept = keptCopyOf(file);
  // Node-RED takes it for a file that is empty, and it lies where it is backed up.
  if (existsSync(file) && hasContent(kept) && isWithin(kept, userDir)) return { kind: 'there', file: kept };
  const others = [...new Set([userDir, dirname(file)])].flatMap(flowFilesIn).filter((path) => path !== file);
  if (source.flowFile === null && others.length > 0) return { kind: 'there', file: null };
  const trace = traceOf(file, kept, source);
  const found = others.length === 0 ? trace : `${others.join(', ')} ${others.length === 1 ? 'is' : 'are'} not in force`;
  if (found === null) {
    const text = `Nothing was ever deployed: Node-RED has no flows (${file} is not there). The backup holds the rest.`;
    return { kind: 'never', message: text };
  }
  return missing(`Node-RED uses ${file}, which ${existsSync(file) ? 'is empty' : 'is not there'}; ${found}.`);
}

/** What says that there were flows once; null when nothing does. */
function traceOf(file: string, kept: string, { path: userDir, facts }: NodeRedSource): string | null {
  if (existsSync(file)) return 'nothing else has flows';
  if (isLink(file)) return `it is a link to ${readlinkSync(file)}: mount it, or mend the link`;
  if (existsSync(kept)) return `${kept} is there`;
  const credentials = credentialsFileOf(file, userDir);
  if (existsSync(credentials)) return `${credentials} is there`;
  if (!existsSync(dirname(file))) return `${dirname(file)} is not there either: mount it`;
  return facts?.runs === true ? 'Node-RED runs flows all the same' : null;
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function hasContent(path: string): boolean {
  try {
    const stat = statSync(path);
    return stat.isFile() && stat.size > 0;
  } catch {
    return false;
  }
}
