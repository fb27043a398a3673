import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LOCALES = join(import.meta.dirname, '../../nodes/locales');
const ORIGINAL = 'en-US';
const LANGUAGES = ['de', 'es-ES', 'fr', 'ja', 'zh-CN'];
/** A text that may be the same in two languages is shorter than this, and a name, a path or a single word. */
const LONG = 40;
const TWO_WORDS = /[a-z]{2,} [a-z]{2,}/;
/** What stands in a text for something else, and names that the reader types. */
const KEPT = /__\w+__|\{\{[^}]*\}\}|<[^>]+>|\bmsg\.\w+/g;
const INLINE = ['a', 'b', 'code', 'i'];
/** A code with words around what it stands for is an example in the reader's language. */
const EXAMPLE = /<code>([^<{]*[^\w/<{][^<{]*\{\{[^<]*)<\/code>/g;

/** Key, with those above it, and text. */
type Entry = readonly [string, string];

/** A piece of help between two tags that are not inline, and the tag it follows. */
interface Piece {
  readonly after: string;
  readonly html: string;
}

const isSentence = (text: string): boolean => text.length > LONG || TWO_WORDS.test(text);

const filesOf = (language: string, ending: string): string[] =>
  readdirSync(join(LOCALES, language))
    .filter((name) => name.endsWith(ending))
    .sort();

const read = (language: string, file: string): string => readFileSync(join(LOCALES, language, file), 'utf8');

function entriesIn(value: unknown, key = ''): Entry[] {
  if (typeof value === 'string') return [[key, value]];
  assert.ok(typeof value === 'object' && value !== null, key);
  return Object.entries(value).flatMap(([part, inner]) => entriesIn(inner, key === '' ? part : `${key}.${part}`));
}

const catalogue = (language: string, file: string): Entry[] => entriesIn(JSON.parse(read(language, file)));

/** Prettier breaks long tags. */
const onOneLine = (html: string): string => html.replaceAll(/\s+/g, ' ').replaceAll(/ >/g, '>');

function piecesIn(html: string): Piece[] {
  const pieces: { after: string; html: string }[] = [];
  for (const [, tag = '', text = ''] of onOneLine(html).matchAll(/(<[^>]+>)([^<]*)/g)) {
    const last = pieces.at(-1);
    if (last !== undefined && INLINE.includes(/\w+/.exec(tag)?.[0] ?? '')) last.html += tag + text;
    else pieces.push({ after: tag, html: text });
  }
  return pieces;
}

const help = (language: string, file: string): Piece[] => piecesIn(read(language, file));

const textOf = ({ html }: Piece): string => html.replaceAll(/<[^>]+>/g, '').trim();

/** Codes whole, other inline tags, and placeholders, in the order of the alphabet: each language has an order of its own. */
function keptIn({ html }: Piece): string[] {
  const plain = html.replaceAll(EXAMPLE, (_, example: string) => (example.match(KEPT) ?? []).join(' '));
  return (plain.match(/<code>[^<]*<\/code>|<[^>]+>|\{\{[^}]*\}\}/g) ?? []).sort();
}

describe('the catalogues', () => {
  it('are there in each language of the package', () => {
    assert.deepEqual(readdirSync(LOCALES).sort(), [...LANGUAGES, ORIGINAL].sort());
  });

  for (const language of LANGUAGES) {
    describe(`in ${language}`, () => {
      it('are those of en-US', () => {
        for (const ending of ['.json', '.html']) {
          assert.deepEqual(filesOf(language, ending), filesOf(ORIGINAL, ending));
          assert.ok(filesOf(language, ending).length > 0);
        }
      });

      for (const file of filesOf(ORIGINAL, '.json')) {
        it(`${file} has the same keys, and a text of its own for each`, () => {
          const translated = catalogue(language, file);
          const original = catalogue(ORIGINAL, file);
          assert.deepEqual(
            translated.map(([key]) => key),
            original.map(([key]) => key),
          );
          for (const [index, [key, text]] of translated.entries()) {
            const english = original[index]?.[1] ?? '';
            assert.notEqual(text.trim(), '', key);
            assert.ok(text !== english || !isSentence(text), `${key} is not translated`);
            assert.deepEqual((text.match(KEPT) ?? []).sort(), (english.match(KEPT) ?? []).sort(), key);
          }
        });
      }

      for (const file of filesOf(ORIGINAL, '.html')) {
        it(`${file} has the same structure, names and codes, and a text of its own for each`, () => {
          const translated = help(language, file);
          const original = help(ORIGINAL, file);
          assert.deepEqual(
            translated.map(({ after }) => after),
            original.map(({ after }) => after),
          );
          for (const [index, piece] of translated.entries()) {
            const english = original[index] ?? piece;
            const text = textOf(piece);
            assert.equal(text === '', textOf(english) === '', `"${text}" in place of "${textOf(english)}"`);
            if (piece.after.startsWith('<dt')) assert.equal(text, textOf(english));
            assert.ok(text !== textOf(english) || !isSentence(text), `"${text}" is not translated`);
            assert.deepEqual(keptIn(piece), keptIn(english), text);
          }
        });
      }
    });
  }
});
