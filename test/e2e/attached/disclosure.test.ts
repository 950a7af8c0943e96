import { afterEach, expect, it } from 'vitest';
import { type AttachedFixture, logged, openAttachedFixture } from '../../support/attached-fixture.js';
import { ownError } from '../../support/caller.js';

const NEEDS_CALLER = '+procedures.get_invoice.headers.X-User = {{caller.authid}}';

let fixture: AttachedFixture;
afterEach(() => fixture.close());

it('sends the caller to the API, where the router discloses it', async () => {
  fixture = await openAttachedFixture();
  await fixture.attachAndWait([NEEDS_CALLER]);
  const { kind } = await fixture.caller.call('com.billing.get_invoice', { id: 1 });
  expect(kind).toBe('result');
  expect(fixture.upstream.requests[0]!.headers['x-user']).toBe(fixture.caller.authid);
});

it('refuses calls that need their caller, and serves the others, where the router does not disclose it', async () => {
  fixture = await openAttachedFixture({ routerLines: ['wamp.disclose_me = refuse'] });
  const attached = await fixture.attachAndWait([NEEDS_CALLER]);
  await logged(attached, {
    level: 'warn',
    procedure: 'com.billing.get_invoice',
    cause: 'wamp.error.option_disallowed.disclose_me: this realm does not disclose identities',
  });
  const refused = await fixture.caller.call('com.billing.get_invoice', { id: 1 });
  const { code, message } = ownError(refused);
  expect([code, message]).toEqual([
    'bad_request',
    expect.stringContaining('Let the router disclose callers'),
  ]);
  expect(fixture.upstream.requests).toEqual([]);
  // The log does not blame the kwargs.
  await logged(attached, { msg: 'call failed', cause: message });
  expect(await fixture.caller.call('com.billing.create_invoice', { amount: 1 })).toMatchObject({
    kind: 'result',
  });
});
