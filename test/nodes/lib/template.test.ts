import assert from 'node:assert/strict';
import type { Node } from 'node-red';
import { checkTemplate, render } from '../../../nodes/lib/template.ts';

describe('a template', () => {
  for (const [template, expected] of [
    ['{{a}}', '<b> & "c"'],
    ['{{&a}}', '<b> & "c"'],
    ['plain', 'plain'],
    ['', 'default <b> & "c"'],
    ['  ', 'default <b> & "c"'],
    ['{{none}}', ''],
    ['{{#open}}', 'default <b> & "c"'],
    ['{{a', 'default <b> & "c"'],
  ] as const)
    it(`"${template}" gives "${expected}"`, () => {
      assert.equal(render(template, 'default {{a}}', { a: '<b> & "c"' }), expected);
    });

  it('that cannot be read is told once, at the start', () => {
    const errors: Error[] = [];
    const node = { error: (error: Error) => errors.push(error) } as unknown as Node;
    checkTemplate(node, '{{#open}}');
    checkTemplate(node, '{{fine}}');
    assert.equal(errors.length, 1);
    assert.match(String(errors[0]), /"\{\{#open\}\}" cannot be read/);
  });
});
