import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { connectRaw, hello, type RawClient } from '../../support/raw-client.js';
import {
  expectAccessible,
  expectNoOverflow,
  HAS_BROWSER,
  openPage,
  type PageOptions,
  startBrowser,
  takePicture,
  WIDTHS,
} from './browser.js';
import { type ConsoleFixture, openConsoleFixture } from './console-fixture.js';

const PAGES = [
  ['overview', '#/', 'Overview'],
  ['service', '#/services/billing', 'billing'],
  ['procedures', '#/procedures', 'Procedures'],
  ['procedure', '#/procedures/com.example.myrealm/com.billing.get_invoice', 'com.billing.get_invoice'],
  ['live', '#/live', 'Live'],
  ['router', '#/router', 'Router'],
  ['configuration', '#/configuration', 'Configuration'],
] as const;

describe.skipIf(!HAS_BROWSER)('the pages of the console', () => {
  const closeLater = closeAfterEach();
  let browser: Browser;
  let fixture: ConsoleFixture;
  let subscriber: RawClient;
  beforeAll(async () => {
    browser = await startBrowser();
    fixture = await openConsoleFixture(
      '+timeout = 15s',
      '+auth.vars.token = a-long-api-key',
      '+auth.apply.format = Bearer {{token}}',
    );
    subscriber = await connectRaw(fixture.router);
    await hello(subscriber, 'com.example.myrealm');
    subscriber.send([MESSAGE.SUBSCRIBE, 1, { match: 'prefix' }, 'com.billing.events']);
    await subscriber.next();
    for (let id = 1; id <= 40; id++) await fixture.call('com.billing.get_invoice', { id });
    await fixture.failCalls(3);
  });
  afterAll(async () => {
    await browser?.close();
    subscriber?.close();
    await fixture?.close();
  });

  async function open(hash: string, heading: string, options?: PageOptions) {
    const opened = closeLater(await openPage(browser, `${fixture.url}/${hash}`, options));
    await opened.page.getByRole('heading', { level: 1, name: heading }).waitFor();
    return opened;
  }

  for (const [name, hash, heading] of PAGES) {
    for (const scheme of ['light', 'dark'] as const) {
      it.each(WIDTHS)(
        `${name}, ${scheme}, %i pixels wide: fits, is accessible and without errors`,
        async (width) => {
          const { page, complaints } = await open(hash, heading, { width, scheme });
          if (name === 'procedure') {
            await page.getByLabel('id').first().fill('INV-001');
            await page.getByText('/invoices/INV-001').waitFor();
          }
          if (name === 'live') {
            await fixture.call('com.billing.get_invoice', { id: 41 });
            await page.getByRole('rowheader', { name: 'com.billing.get_invoice' }).first().waitFor();
          }
          if (name === 'router') await page.getByRole('heading', { name: /^Registrations/ }).waitFor();
          if (name === 'configuration') await page.getByRole('heading', { name: 'Keys in effect' }).waitFor();
          await expectNoOverflow(page);
          await expectAccessible(page);
          if (width === 1_280 && scheme === 'light') await takePicture(page, name);
          expect(complaints).toEqual([]);
        },
      );
    }
  }

  it('can be reached with the keyboard alone', async () => {
    const { page } = await open('#/', 'Overview');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the page');
    for (let tab = 0; tab < 3; tab++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Live' }).waitFor();
  });

  it('load less than 60 KB of files', async () => {
    const opened = closeLater(await openPage(browser, 'about:blank'));
    const { page } = opened;
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    const files = new Set<string>();
    let bytes = 0;
    session.on('Network.responseReceived', ({ requestId, response }) => {
      const { pathname } = new URL(response.url);
      if (pathname === '/' || pathname.startsWith('/console/')) files.add(requestId);
    });
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (files.has(requestId)) bytes += encodedDataLength;
    });
    await page.goto(`${fixture.url}/`);
    await page.getByRole('heading', { name: 'Services' }).waitFor();
    expect(files.size).toBeGreaterThan(10);
    expect(bytes).toBeLessThan(60_000);
  });
});
