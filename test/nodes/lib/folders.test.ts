import assert from 'node:assert/strict';
import { renderFolder } from '../../../nodes/lib/folders.ts';

describe('a folder setting', () => {
  for (const [template, expected] of [
    ['backups/{{instance_name}}', 'backups/cellar'],
    ['/srv/{{ instance_name }}/x', '/srv/cellar/x'],
    ['{{{instance_name}}}', 'cellar'],
    ['{{&instance_name}}', 'cellar'],
    [' plain ', 'plain'],
  ] as const)
    it(`"${template}" gives "${expected}"`, () => {
      assert.equal(renderFolder(template, { instance_name: 'cellar' }), expected);
    });

  it('escapes nothing', () => {
    assert.equal(renderFolder('b/{{instance_name}}', { instance_name: `Pi's & co` }), `b/Pi's & co`);
  });

  for (const template of ['{{#instance_name}}x{{/instance_name}}', '{{date}}', '{{> x}}', '{{#open}}', '{{open'])
    it(`"${template}" is refused, because no default may stand for it`, () => {
      assert.throws(() => renderFolder(template, { instance_name: 'cellar' }), { code: 'invalid_request' });
    });

  for (const name of ['../other', 'a/b', 'a\\b', '..', '.', ''])
    it(`is refused when the instance is called "${name}"`, () => {
      assert.throws(() => renderFolder('b/{{instance_name}}', { instance_name: name }), {
        code: 'invalid_request',
        message: /instance_name/,
      });
    });
});
