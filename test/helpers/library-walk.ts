/** What the public library of nodes (flows.nodered.org) finds in an unpacked package: it runs nothing and reads the dialogs' scripts. */
import { parse, type CallExpression, type Expression, type ObjectExpression, type Property } from 'acorn';
import { simple } from 'acorn-walk';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface FoundNode {
  readonly category: unknown;
  readonly color: unknown;
  readonly icon: unknown;
  /** Whether the file of the icon lies where the library looks. */
  readonly hasIcon: boolean;
  readonly inputs: unknown;
  readonly outputs: unknown;
  /** Names of the settings; null when they do not stand in the literal. */
  readonly defaults: readonly string[] | null;
}

/** @returns what was found, by type */
export function libraryWalk(packageFolder: string): Readonly<Record<string, FoundNode>> {
  const text = readFileSync(join(packageFolder, 'package.json'), 'utf8');
  const { nodes } = (JSON.parse(text) as { 'node-red': { nodes: Record<string, string> } })['node-red'];
  const found: Record<string, FoundNode> = {};
  for (const entry of Object.values(nodes)) {
    const folder = join(packageFolder, dirname(entry));
    const dialog = join(folder, `${basename(entry, '.js')}.html`);
    if (!existsSync(dialog)) continue;
    for (const call of registrations(readFileSync(dialog, 'utf8'))) {
      const [type, definition] = call.arguments;
      if (type?.type !== 'Literal' || definition?.type !== 'ObjectExpression') continue;
      found[String(type.value)] = nodeOf(definition, folder);
    }
  }
  return found;
}

function registrations(html: string): readonly CallExpression[] {
  const calls: CallExpression[] = [];
  for (const [, script = ''] of html.matchAll(/<script.+?type=['"]text\/javascript['"].*?>([\S\s]*?)<\/script>/gi)) {
    simple(parse(script, { ecmaVersion: 'latest' }), {
      CallExpression: (call) => {
        const { callee } = call;
        if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return;
        if (callee.property.name === 'registerType') calls.push(call);
      },
    });
  }
  return calls;
}

function nodeOf(definition: ObjectExpression, folder: string): FoundNode {
  const literal = (name: string): unknown => {
    const value = valueOf(definition, name);
    return value?.type === 'Literal' ? value.value : undefined;
  };
  const defaults = valueOf(definition, 'defaults');
  const icon = literal('icon');
  return {
    category: literal('category'),
    color: literal('color'),
    icon,
    hasIcon: typeof icon === 'string' && existsSync(join(folder, 'icons', icon)),
    inputs: literal('inputs'),
    outputs: literal('outputs'),
    defaults: defaults?.type === 'ObjectExpression' ? propertiesOf(defaults).map(nameOf) : null,
  };
}

const propertiesOf = ({ properties }: ObjectExpression): readonly Property[] =>
  properties.filter((property) => property.type === 'Property');

const nameOf = ({ key }: Property): string => (key.type === 'Identifier' ? key.name : '');

function valueOf(object: ObjectExpression, name: string): Expression | undefined {
  return propertiesOf(object).find((property) => nameOf(property) === name)?.value;
}
