/**
 * Makes test/fixtures/restic-forget.json anew: lists of backups, policies, and what the real restic keeps of them.
 *
 * node scripts/make-restic-cases.ts
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { HISTORIES, POLICIES } from '../test/helpers/restic-cases.ts';
import { askRestic } from '../test/helpers/restic.ts';

const path = join(import.meta.dirname, '../test/fixtures/restic-forget.json');
const answers = await askRestic(HISTORIES, POLICIES);
writeFileSync(path, await format(JSON.stringify(answers), { ...(await resolveConfig(path)), filepath: path }));
console.log(`${answers.cases.length} cases by ${answers.version}`);
