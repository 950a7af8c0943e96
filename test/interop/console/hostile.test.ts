import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { byTicket, logIn } from '../../support/logins.js';
import { leaksIn, plantedSecret } from '../../support/planted-secrets.js';
import { connectRaw } from '../../support/raw-client.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';
import { HAS_BROWSER, openPage, startBrowser } from './browser.js';
import { openConsoleFixture } from './console-fixture.js';

const REALM = 'com.example.myrealm';
const GET = 'com.billing.get_invoice';
/** Without spaces, so that it can be part of a URI. */
const MARKUP = '<img/src=x/onerror=document.title="taken"><b>bold</b>';
const PAGES = [
  '#/',
  '#/services/billing',
  '#/procedures',
  `#/procedures/${REALM}/${GET}`,
  '#/live',
  '#/router',
  '#/configuration',
];

/** The page shows the markup as text. */
async function expectText(page: Page): Promise<void> {
  await page.getByText(MARKUP).first().waitFor();
  expect(await page.locator('main b:text("bold"), main img').count()).toBe(0);
  expect(await page.title()).not.toBe('taken');
}

describe.skipIf(!HAS_BROWSER)('the console, between hostile clients, APIs and web pages,', () => {
  const closeLater = closeAfterEach();
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  it('shows a procedure with markup in its name as text', async () => {
    const uri = `com.billing.${MARKUP}`;
    const fixture = closeLater(
      await openConsoleFixture(
        `+procedures.odd.uri = ${uri}`,
        `+procedures.odd.realm = ${REALM}`,
        '+procedures.odd.path = /odd/{{id}}',
      ),
    );
    const { page, complaints } = closeLater(await openPage(browser, `${fixture.url}/#/procedures`));
    await expectText(page);
    await page.getByRole('link', { name: uri }).click();
    await page.getByRole('heading', { level: 1, name: uri }).waitFor();
    await page.getByText('Missing required path variable: id').waitFor();
    await expectText(page);
    for (const hash of ['#/services/billing', '#/router', '#/configuration']) {
      await page.goto(`${fixture.url}/${hash}`);
      await expectText(page);
    }
    expect(complaints).toEqual([]);
  });

  it('shows a caller with markup in its authid, and a body with markup, as text', async () => {
    const folder = createTemporaryFolder();
    closeLater(() => folder.remove());
    const realm = {
      uri: REALM,
      authmethods: ['ticket', 'anonymous'],
      users: [{ username: MARKUP, password: 'ticket' }],
      sources: [
        { usernames: 'all', authmethod: 'ticket' },
        { usernames: ['anonymous'], authmethod: 'anonymous' },
      ],
    };
    const file = folder.write('security.json', JSON.stringify([realm]));
    const fixture = closeLater(await openConsoleFixture(`security.config_file = ${file}`));
    fixture.upstream.respondWith(() => ({ status: 404, json: { [MARKUP]: MARKUP } }));
    const client = closeLater(await connectRaw(fixture.router));
    await logIn(client, REALM, byTicket(MARKUP, 'ticket'));

    const live = closeLater(await openPage(browser, `${fixture.url}/#/live`));
    await expect
      .poll(async () => {
        client.send([MESSAGE.CALL, 1, {}, GET, [], { id: 1 }]);
        await client.next();
        return live.page.getByText(MARKUP).count();
      })
      .toBeGreaterThan(0);
    await expectText(live.page);

    const tried = closeLater(await openPage(browser, `${fixture.url}/#/procedures/${REALM}/${GET}`));
    await tried.page.getByLabel('kwargs as JSON').fill(JSON.stringify({ id: MARKUP }));
    await tried.page.getByRole('button', { name: 'Call', exact: true }).click();
    await tried.page.getByText(/^404/).waitFor();
    await expectText(tried.page);
    expect([...live.complaints, ...tried.complaints]).toEqual([]);
  });

  it('shows no secret on any page, and no value of a caller or an API', async () => {
    const fixture = closeLater(
      await openConsoleFixture(
        `+auth.vars.token = ${plantedSecret('variable')}`,
        '+auth.apply.placement = header',
        '+auth.apply.name = X-Api-Key',
        '+auth.apply.format = {{token}}',
        `+headers.X-Tenant-Token = {{token}}`,
        `admin.token = ${plantedSecret('admin-token')}`,
      ),
    );
    fixture.upstream.respondWith(() => ({ status: 500, json: { note: plantedSecret('body') } }));
    await fixture.call(GET, { id: plantedSecret('kwarg') });
    const { page } = closeLater(
      await openPage(browser, `${fixture.url}/`, { password: plantedSecret('admin-token') }),
    );
    for (const hash of PAGES) {
      await page.goto(`${fixture.url}/${hash}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByText('Loading…').first().waitFor({ state: 'detached' });
      if (hash === '#/live')
        await expect
          .poll(async () => {
            await fixture.call(GET, { id: plantedSecret('kwarg') });
            return page.getByRole('row').count();
          })
          .toBeGreaterThan(1);
      if (hash.startsWith('#/procedures/')) {
        await page.getByLabel('id').first().fill('INV-001');
        await page.getByText('/invoices/INV-001').waitFor();
      }
      expect(leaksIn(await page.content()), hash).toEqual([]);
    }
  });

  it('does not open for a name that somebody else has pointed at this machine', async () => {
    const fixture = closeLater(await openConsoleFixture());
    const { port } = new URL(fixture.url);
    const rebound = closeLater(await startBrowser('--host-resolver-rules=MAP rebound.example 127.0.0.1'));
    const { page } = closeLater(await openPage(rebound, `http://rebound.example:${port}/`));
    await page.getByText('admin.hosts').waitFor();
    expect(await page.getByRole('heading').count()).toBe(0);
  });
});
