import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeAfterEach } from '../../support/close-after-each.js';
import { type CommandRun, runCommand, untilReady } from '../../support/command.js';
import { expectAccessible, HAS_BROWSER, openPage, startBrowser } from './browser.js';

describe.skipIf(!HAS_BROWSER)('a newcomer with the demo', () => {
  const closeLater = closeAfterEach();
  let browser: Browser;
  let demo: CommandRun;
  beforeAll(async () => {
    browser = await startBrowser();
    demo = runCommand(['demo', '--port', '0', '--admin-port', '0']);
    await untilReady(demo);
  });
  afterAll(async () => {
    await browser?.close();
    demo.send('SIGTERM');
    await demo.ended;
  });

  it('stops the demo API and sees the outage and the recovery', async () => {
    const [, url = ''] = /^The console .*(http:\S+)\n/.exec(demo.out()) ?? [];
    const { page, complaints } = closeLater(await openPage(browser, url));
    await page.getByText('● up').waitFor();
    await page.getByRole('button', { name: 'Stop the demo API' }).click();
    await page.getByText(/billing is down: .*ECONNREFUSED/).waitFor();
    await page.getByText('▲ down').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Start the demo API' }).click();
    await page.getByText('● up').waitFor();
    await page.getByText(/billing is down/).waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });
});
