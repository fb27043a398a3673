/** Reads a backup that was extracted. */
import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isWithin } from '../../io/real-path.ts';
import { isContextFile, opensAsContext } from './context-files.ts';
import { isFlowName, type Ask, type Reading, type Survey } from './reading.ts';
import { USER_DIR } from './recorded-content.ts';

/** @param root - where members lie under their names; nothing else is read, wherever links lead */
export function readingOfFolder<T>(root: string, reading: Reading<T>): T {
  for (let step = reading.next(); ;) {
    if (step.done === true) return step.value;
    const { files, survey } = step.value;
    const found = files.map((name) => [name, contentOf(root, name)] as const);
    const contents = new Map(found.filter((entry): entry is readonly [string, Uint8Array] => entry[1] !== null));
    step = reading.next({ contents, survey: surveyOf(root, survey) });
  }
}

function contentOf(root: string, name: string): Uint8Array | null {
  try {
    const real = realpathSync(join(root, name));
    return isWithin(real, realpathSync(root)) ? readFileSync(real) : null;
  } catch {
    return null;
  }
}

function surveyOf(root: string, wanted: Ask['survey']): Survey {
  if (wanted === 'nothing') return { flowNames: [], badContexts: [] };
  const flowNames = namesIn(join(root, USER_DIR))
    .map((name) => `${USER_DIR}/${name}`)
    .filter(isFlowName);
  const folder = `${USER_DIR}/context`;
  const contexts =
    wanted === 'names' ? [] : namesIn(join(root, folder)).flatMap((scope) => filesIn(root, `${folder}/${scope}`));
  const isBad = (name: string): boolean => !opensAsContext(contentOf(root, name) ?? new Uint8Array());
  return { flowNames, badContexts: contexts.filter(isContextFile).filter(isBad) };
}

function filesIn(root: string, folder: string): readonly string[] {
  const names = namesIn(join(root, folder)).map((name) => `${folder}/${name}`);
  return names.filter((name) => lstatSync(join(root, name)).isFile());
}

/** Sorted. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
