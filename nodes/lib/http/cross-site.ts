/** Whether a request comes from a page of another site, which the browser of a logged-in person sends as if that person had asked. */
import type { Request } from 'express';

/**
 * `Sec-Fetch-Site` is set by the browser and by nothing else, so where it is there it decides. Browsers leave it out for addresses that
 * are neither https nor of this machine; there, `Origin` must name the host that was asked. What is no browser sends neither.
 */
export function isCrossSite(request: Request): boolean {
  const site = request.get('Sec-Fetch-Site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = request.get('Origin');
  return origin !== undefined && !isOwn(origin, request);
}

/** Without the port that goes without saying, which a proxy may have added. */
function isOwn(origin: string, request: Request): boolean {
  const own = askedHost(request);
  if (!URL.canParse(origin) || own === undefined) return false;
  const { protocol, host } = new URL(origin);
  const asked = `${protocol}//${own}`;
  return host !== '' && URL.canParse(asked) && new URL(asked).host === host;
}

/** What a proxy says of it counts where Node-RED is set to trust that proxy. */
function askedHost(request: Request): string | undefined {
  const trusts = request.app.get('trust proxy fn') as ((address: string, hop: number) => boolean) | undefined;
  const forwarded = request.get('X-Forwarded-Host')?.split(',')[0]?.trim();
  const isTrusted = trusts?.(request.socket.remoteAddress ?? '', 0) === true;
  return isTrusted && forwarded !== undefined && forwarded !== '' ? forwarded : request.get('Host');
}
