import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { openAttachedFixture } from '../../support/attached-fixture.js';
import { billingConf } from '../../support/billing-conf.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { startGatewayProcess } from '../../support/gateway-process.js';
import { byTicket, logIn } from '../../support/logins.js';
import { connectRaw, hello } from '../../support/raw-client.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';
import { HAS_BROWSER, openPage, startBrowser } from './browser.js';
import { openConsoleFixture } from './console-fixture.js';

const REALM = 'com.example.myrealm';
const GET = 'com.billing.get_invoice';

describe.skipIf(!HAS_BROWSER)('an operator with the console', () => {
  const closeLater = closeAfterEach();
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  /** A security file with one user, who logs in with the ticket `ticket`, and anonymous clients. */
  function securityFile(username: string): string {
    const folder = createTemporaryFolder();
    closeLater(() => folder.remove());
    return folder.write(
      'security.json',
      JSON.stringify([
        {
          uri: REALM,
          authmethods: ['ticket', 'anonymous'],
          users: [{ username, password: 'ticket' }],
          sources: [
            { usernames: 'all', authmethod: 'ticket' },
            { usernames: ['anonymous'], authmethod: 'anonymous' },
          ],
        },
      ]),
    );
  }

  async function open(hash: string, ...lines: string[]) {
    const fixture = closeLater(await openConsoleFixture(...lines));
    const { page, complaints } = closeLater(await openPage(browser, `${fixture.url}/${hash}`));
    return { ...fixture, page, complaints };
  }

  it('sees an API go down and come back', async () => {
    const { page, upstream } = await open('#/', '+liveness.failure_threshold = 2');
    await page.getByText('● up').waitFor();
    await upstream.close();
    await page.getByText(/billing is down: .*ECONNREFUSED/).waitFor();
    await page.getByText('▲ down').waitFor();
    await page.getByText('its probes fail').waitFor();
    closeLater(await startRecordingUpstream(undefined, { port: upstream.port }));
    await page.getByText('● up').waitFor();
    await page.getByText(/billing is down/).waitFor({ state: 'detached' });
  });

  it('sees nothing move while the figures change', async () => {
    const { page, call } = await open('#/');
    await page.getByText('● up').waitFor();
    await call(GET, { id: 1 });
    await page.getByText('0.0167/s').waitFor();
    await page.evaluate(`new PerformanceObserver((list) => {
      const moved = list.getEntries().flatMap(({ sources }) => sources.map(({ node }) => node));
      // The beginning of a text moves if the text grows to the left.
      const boxes = moved.filter((node) => node?.nodeType === Node.ELEMENT_NODE);
      globalThis.moved = [...(globalThis.moved ?? []), ...boxes.map(({ outerHTML }) => outerHTML)];
    }).observe({ type: 'layout-shift' })`);
    for (let id = 2; id <= 40; id++) await call(GET, { id });
    await page.getByText('0.667/s').waitFor();
    await page.getByText('40 calls in 15 minutes, 0 failed').waitFor({ state: 'attached' });
    await page.getByText(/^1\d s ago$/).waitFor();
    expect(await page.evaluate('globalThis.moved ?? []')).toEqual([]);
  });

  it('disables and enables a service, and is asked before', async () => {
    const { page, call } = await open('#/services/billing');
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByText('Refuse all calls of this service from now on?').waitFor();
    expect(await call(GET, { id: 1 })).toMatchObject({ kind: 'result' });
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByText('■ disabled').waitFor();
    expect(await call(GET, { id: 1 })).toMatchObject({ kwargs: { code: 'down' } });
    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByText('● up').waitFor();
  });

  it('probes an API, and sees the result', async () => {
    const { page } = await open('#/services/billing');
    await page.getByRole('button', { name: 'Probe' }).click();
    await page.getByRole('button', { name: 'Probe' }).click();
    await page.getByText('the API responded with status 200').waitFor();
  });

  it.each([
    ['get_invoice', { id: 'INV-001' }, 'GET', '/invoices/INV-001'],
    ['create_invoice', { customer: 'cust-42', amount: 2500 }, 'POST', '/invoices'],
    ['update_invoice', { id: 'INV-001', amount: 3000 }, 'PATCH', '/invoices/INV-001'],
    ['delete_invoice', { id: 'INV-001' }, 'DELETE', '/invoices/INV-001'],
  ])('tries %s with %o', async (name, kwargs, method, path) => {
    const { page, upstream } = await open(`#/procedures/${REALM}/com.billing.${name}`);
    await page.getByLabel('kwargs as JSON').fill(JSON.stringify(kwargs));
    await page.getByText(`${method} ${upstream.url}${path}`).waitFor();
    expect(upstream.requests.filter((request) => request.method !== 'HEAD')).toEqual([]);
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await page.getByRole('heading', { name: 'Result' }).waitFor();
    await page.getByText(/^200 in/).waitFor();
    const [request] = upstream.requests.filter((each) => each.method !== 'HEAD');
    expect([request?.method, request?.url]).toEqual([method, path]);
  });

  it('fills the form field by field, and gets the exact request', async () => {
    const { page, upstream } = await open(`#/procedures/${REALM}/${GET}`);
    await page.getByText('Missing required path variable: id').waitFor();
    await page.getByLabel('id').first().fill('a/b');
    await page.getByText(`GET ${upstream.url}/invoices/a%2Fb`).waitFor();
  });

  it('sends every digit of a long number', async () => {
    const { page, upstream } = await open(`#/procedures/${REALM}/${GET}`);
    await page.getByLabel('id').first().fill('12345678901234567890');
    await page.getByText(`GET ${upstream.url}/invoices/12345678901234567890`).waitFor();
    expect(await page.getByLabel('kwargs as JSON').inputValue()).toMatch(/"id": 12345678901234567890\n/);
  });

  it('sends and sees every digit of a long integer', async () => {
    const { page, upstream } = await open(`#/procedures/${REALM}/com.billing.create_invoice`);
    upstream.respondWith(() => ({
      headers: { 'content-type': 'application/json' },
      body: '{"n":98765432109876543210}',
    }));
    await page.getByLabel('kwargs as JSON').fill('{"number": 12345678901234567890}');
    await page.getByText('{"number":12345678901234567890}').waitFor();
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await page.getByText('98765432109876543210').waitFor();
    const [request] = upstream.requests.filter((each) => each.method !== 'HEAD');
    expect(request?.text).toBe('{"number":12345678901234567890}');
  });

  it('learns what an error means', async () => {
    const { page, upstream } = await open(`#/procedures/${REALM}/${GET}`, '+liveness.enabled = off');
    await upstream.close();
    await page.getByLabel('id').first().fill('INV-001');
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await page.getByText('bondy.error.bad_gateway').waitFor();
    await page.getByText('check that the API runs').waitFor();
  });

  it('opens an earlier call again, and clears them', async () => {
    const { page } = await open(`#/procedures/${REALM}/${GET}`);
    await page.getByLabel('id').first().fill('INV-007');
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await page.getByText('Calls from this tab').waitFor();
    await page.getByLabel('id').first().fill('INV-008');
    await page.getByRole('button', { name: /^\d\d:\d\d:\d\d$/ }).click();
    expect(await page.getByLabel('id').first().inputValue()).toBe('INV-007');
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.getByText('Calls from this tab').waitFor({ state: 'detached' });
  });

  it('finds the slowest procedure of all services', async () => {
    const { page, call } = await open('#/procedures');
    // The others have no duration, because nobody has called them.
    await call('com.billing.update_invoice', { id: 1 });
    await page.getByRole('row').nth(1).filter({ hasText: GET }).waitFor();
    await page.getByLabel('order').selectOption('slowest first');
    const first = page.getByRole('row').nth(1);
    await first.filter({ hasText: /com\.billing\.update_invoice.*billing.* m?s/ }).waitFor();
  });

  it('watches calls, filters them and freezes the list', async () => {
    const { page, call, failCalls } = await open('#/live');
    await page.getByText('No call has ended since this page was opened.').waitFor();
    // The stream is open when a call appears.
    await expect
      .poll(async () => {
        await call(GET, { id: 'secret-kwarg' });
        return page.getByRole('row').count();
      })
      .toBeGreaterThan(1);
    expect(await page.content()).not.toContain('secret-kwarg');
    await failCalls(1);
    await page.getByRole('cell', { name: 'server_error' }).waitFor();
    await page.getByLabel('outcome').selectOption('server_error');
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    await page.getByRole('button', { name: 'Freeze' }).click();
    await failCalls(2);
    expect(await page.getByRole('row').count()).toBe(2);
  });

  it('sees who is there and ends a session', async () => {
    const authid = '<b>bob</b><img src=x onerror=alert(1)>';
    const { page, router, complaints } = await open('#/', `security.config_file = ${securityFile(authid)}`);
    const client = closeLater(await connectRaw(router));
    expect((await logIn(client, REALM, byTicket(authid, 'ticket')))[0]).toBe(MESSAGE.WELCOME);
    await page.getByRole('link', { name: REALM }).click();
    await page.getByRole('heading', { name: /^Sessions 2$/ }).waitFor();
    const row = page.getByRole('row').filter({ hasText: authid });
    await row.getByRole('cell', { name: 'websocket json' }).waitFor();
    expect(await page.locator('main b, main img').count()).toBe(0);
    await row.getByRole('button', { name: 'Kill' }).click();
    await row.getByText('End this session?').waitFor();
    await row.getByRole('button', { name: 'Kill' }).click();
    expect(await client.next()).toEqual([MESSAGE.GOODBYE, expect.any(Object), 'wamp.close.killed']);
    await row.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: /^Sessions 1$/ }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('sees what is registered and subscribed', async () => {
    const { page, router } = await open('#/router');
    const client = closeLater(await connectRaw(router));
    await hello(client, REALM);
    client.send([MESSAGE.SUBSCRIBE, 1, { match: 'prefix' }, 'com.<i>topic</i>']);
    await client.next();
    const subscriptions = page.getByRole('region', { name: 'Subscriptions' });
    await subscriptions.getByRole('row', { name: 'com.<i>topic</i> prefix 1' }).waitFor();
    const registrations = page.getByRole('region', { name: 'Registrations' });
    await registrations.getByRole('row', { name: `${GET} exact 1` }).waitFor();
  });

  it('has no realms to see if the gateway is attached to another router', async () => {
    const { attachAndWait } = closeLater(await openAttachedFixture());
    const { gateway } = await attachAndWait(['listeners.ops.protocol = admin', 'listeners.ops.port = 0']);
    const { page } = closeLater(await openPage(browser, `${gateway.adminEndpoints[0]}/#/router`));
    await page.getByText('it has no realms of its own').waitFor();
    await page.getByRole('link', { name: 'Its sessions with the router' }).click();
    await page.getByRole('row', { name: /^com\.example\.myrealm .* serving / }).waitFor();
  });

  it('sees that the router is lost', async () => {
    const { attachAndWait, router } = closeLater(await openAttachedFixture());
    const { gateway } = await attachAndWait(['listeners.ops.protocol = admin', 'listeners.ops.port = 0']);
    const { page } = closeLater(await openPage(browser, `${gateway.adminEndpoints[0]}/`));
    await page.getByText('● up').waitFor();
    await router.stop(0);
    await page.getByText(/^▲ No session with the router in the realm com\.example\.myrealm: /).waitFor();
  });

  it('sees every key with its place, and finds a default', async () => {
    const { page, complaints } = await open('#/configuration', '+timeout = 15s', '+auth.vars.token = s3cret');
    await page
      .getByRole('row', { name: /^rpc_gateway\.services\.billing\.timeout 15s .*bondy\.conf:\d+$/ })
      .waitFor();
    await page
      .getByRole('row', { name: /^rpc_gateway\.services\.billing\.auth\.vars\.token \*\*\* / })
      .waitFor();
    expect(await page.content()).not.toContain('s3cret');
    await page.getByLabel('find').fill('BREAKER.window');
    await page.getByText('0 keys', { exact: true }).waitFor();
    await page.getByLabel('with defaults').check();
    await page
      .getByRole('row', { name: 'rpc_gateway.services.billing.breaker.window 10s default' })
      .waitFor();
    expect(complaints).toEqual([]);
  });

  it('sees what a reload would change', async () => {
    const { page, write } = await open('#/configuration', '+timeout = 15s');
    await page.getByRole('button', { name: 'Show what would change' }).click();
    await page.getByText('nothing changes').waitFor();
    write('+timeout = 16s', 'log.level = warning');
    await page.getByRole('button', { name: 'Show what would change' }).click();
    await page.getByText('A reload would do this:').waitFor();
    await page.getByRole('row', { name: /^service billing changed / }).waitFor();
    await page.getByRole('row', { name: 'rpc_gateway.services.billing.timeout 15s 16s' }).waitFor();
    await page.getByRole('row', { name: 'log.level – warning' }).waitFor();
    await page.getByRole('row', { name: 'setting log.level changed applies at once' }).waitFor();
    await page.getByRole('row', { name: /billing\.timeout 15s .*bondy\.conf:/ }).waitFor();
  });

  it('reloads', async () => {
    const { page, write } = await open('#/configuration', '+timeout = 15s');
    write('+timeout = 16s');
    await page.getByRole('button', { name: 'Show what would change' }).click();
    await page.getByRole('button', { name: 'Reload now' }).click();
    await page.getByText('The new configuration is in use.').waitFor();
    await page.getByRole('row', { name: /billing\.timeout 16s / }).waitFor();
    // The notice about the line that has no effect any more.
    await page.getByRole('listitem').filter({ hasText: 'is set twice' }).waitFor();
  });

  it('sees every mistake at once and nothing changes', async () => {
    const { page, write } = await open('#/configuration', '+timeout = 15s');
    write('+timeout = soon', '+retrys = 3');
    await page.getByRole('button', { name: 'Show what would change' }).click();
    await page.getByText('The configuration has mistakes. Nothing has changed.').waitFor();
    const problems = page.getByRole('listitem');
    await problems.filter({ hasText: /bondy\.conf:\d+: .*timeout: must be a duration/ }).waitFor();
    await problems.filter({ hasText: /did you mean rpc_gateway\.services\.billing\.retries/ }).waitFor();
    expect(await page.getByRole('button', { name: 'Reload now' }).count()).toBe(0);
    await page.getByRole('row', { name: /billing\.timeout 15s / }).waitFor();
  });

  it('needs the token, and gets no page with a wrong one', async () => {
    const fixture = closeLater(await openConsoleFixture('admin.token = a-long-token'));
    const wrong = closeLater(await openPage(browser, `${fixture.url}/`, { password: 'wrong' }));
    expect(await wrong.page.getByRole('heading').count()).toBe(0);
    const right = closeLater(await openPage(browser, `${fixture.url}/`, { password: 'a-long-token' }));
    await right.page.getByText('● up').waitFor();
    expect(await right.page.content()).not.toContain('a-long-token');
  });

  it('sees the gateway again after a proxy answered for it', async () => {
    const { page } = await open('#/');
    await page.getByText('● up').waitFor();
    await page.route('**/events*', (request) => request.fulfill({ status: 502 }));
    // Opens the stream anew.
    await page.getByRole('link', { name: 'Live' }).click();
    await page.getByText('The gateway does not respond.').waitFor();
    await page.unroute('**/events*');
    await page.getByText('The gateway does not respond.').waitFor({ state: 'detached' });
  });

  it('sees that the gateway hangs, and works again', async () => {
    const gateway = closeLater(
      startGatewayProcess(
        billingConf(
          'http://127.0.0.1:9',
          '+liveness.enabled = off',
          'listeners.clients.port = 0',
          'listeners.ops.protocol = admin',
          'listeners.ops.port = 0',
        ),
      ),
    );
    const { admin } = (await gateway.logged(({ admin: urls }) => Array.isArray(urls))) as { admin: string[] };
    const { page } = closeLater(await openPage(browser, admin[0] as string));
    await page.getByText('● up').waitFor();
    process.kill(gateway.pid as number, 'SIGSTOP');
    await page.getByText('The gateway does not respond.').waitFor();
    process.kill(gateway.pid as number, 'SIGCONT');
    await page.getByText('The gateway does not respond.').waitFor({ state: 'detached' });
  });

  it('sees that the gateway has gone', async () => {
    const fixture = await openConsoleFixture();
    const { page } = closeLater(await openPage(browser, `${fixture.url}/`));
    await page.getByText('● up').waitFor();
    await fixture.close();
    await page.getByText('The gateway does not respond.').waitFor();
  });
});
