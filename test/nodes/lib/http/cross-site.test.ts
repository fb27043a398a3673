import assert from 'node:assert/strict';
import type { Request } from 'express';
import { isCrossSite } from '../../../../nodes/lib/http/cross-site.ts';

type Headers = Readonly<Record<string, string>>;

/** @param trusts - whether Node-RED is set to trust the proxy that asks */
function asked(headers: Headers, trusts = false): Request {
  const get = (name: string): string | undefined => headers[name.toLowerCase()];
  const app = { get: () => () => trusts };
  return { get, app, socket: { remoteAddress: '10.0.0.1' } } as unknown as Request;
}

const HOST = 'pi.local:1880';

describe('a request of a page of another site', () => {
  for (const [what, headers, isForeign] of [
    ['no browser', { host: HOST }, false],
    ['a page of its own, as the browser says', { host: HOST, 'sec-fetch-site': 'same-origin' }, false],
    ['an address that was typed', { host: HOST, 'sec-fetch-site': 'none' }, false],
    ['another site', { host: HOST, 'sec-fetch-site': 'cross-site' }, true],
    ['a neighbour below the same name', { host: HOST, 'sec-fetch-site': 'same-site' }, true],
    // A proxy that puts its own name into Host: the browser knows better.
    [
      'a proxy and a page of its own',
      { host: 'backend', origin: 'https://red.example', 'sec-fetch-site': 'same-origin' },
      false,
    ],
    [
      'another site that lies about Origin',
      { host: HOST, origin: `http://${HOST}`, 'sec-fetch-site': 'cross-site' },
      true,
    ],
    ['its own origin', { host: HOST, origin: `http://${HOST}` }, false],
    ['its own origin, in capitals', { host: 'PI.local:1880', origin: `http://${HOST}` }, false],
    [
      'its own origin, with a port that goes without saying',
      { host: 'red.example:443', origin: 'https://red.example' },
      false,
    ],
    ['another host', { host: HOST, origin: 'http://evil.example' }, true],
    ['another port', { host: HOST, origin: 'http://pi.local:1881' }, true],
    ['a name that begins alike', { host: HOST, origin: 'http://pi.local:1880.evil.example' }, true],
    ['an origin that hides', { host: HOST, origin: 'null' }, true],
    ['an origin that is none', { host: HOST, origin: '' }, true],
    ['a file', { host: HOST, origin: 'file://' }, true],
    ['no host', { origin: `http://${HOST}` }, true],
    [
      'a header that only a proxy may set',
      { host: HOST, origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' },
      true,
    ],
  ] as readonly [string, Headers, boolean][])
    it(`is ${isForeign ? 'seen' : 'not seen'} in one of ${what}`, () => {
      assert.equal(isCrossSite(asked(headers)), isForeign);
    });

  it('believes a proxy that Node-RED is set to trust', () => {
    const headers = { host: 'backend:1880', origin: 'https://red.example', 'x-forwarded-host': 'red.example, inner' };
    assert.equal(isCrossSite(asked(headers, true)), false);
    assert.equal(isCrossSite(asked(headers, false)), true);
    assert.equal(isCrossSite(asked({ ...headers, origin: 'https://evil.example' }, true)), true);
  });
});
