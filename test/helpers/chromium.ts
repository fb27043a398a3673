/** One Chromium for all pages that this process opens: starting it takes longer than most tests. */
import { chromium, type Browser } from 'playwright-core';

/** The next suite of this process comes sooner; after the last one nothing may keep the process alive. */
const IDLE_MS = 5_000;

let launched: Promise<Browser> | null = null;
let users = 0;
let closing: NodeJS.Timeout | null = null;

/** Without the windows of a whole browser around each page, which would take as much work as the page. */
const SHELL = '/usr/bin/chromium-headless-shell';

async function launch(): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: SHELL, args: ['--no-sandbox'] });
  // One that crashed takes only the tests of its suite with it.
  browser.once('disconnected', () => {
    launched = null;
  });
  return browser;
}

/** @throws when it does not start */
function sharedChromium(): Promise<Browser> {
  launched ??= launch();
  return launched;
}

/** Begins to start it, and keeps it until as many have released it. */
export function keepChromium(): Promise<Browser> {
  users += 1;
  if (closing !== null) clearTimeout(closing);
  closing = null;
  const browser = sharedChromium();
  // Whoever waits for it is told.
  browser.catch(() => null);
  return browser;
}

export function releaseChromium(): void {
  users -= 1;
  if (users > 0) return;
  closing = setTimeout(() => {
    void launched?.then((browser) => browser.close()).catch(() => null);
  }, IDLE_MS);
}
