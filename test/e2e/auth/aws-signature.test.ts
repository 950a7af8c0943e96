import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { previewRequest } from '../../../src/assembly/preview-request.js';
import { systemClock } from '../../../src/clock.js';
import { parseConfig } from '../../../src/config/load-config.js';
import { billingConf } from '../../support/billing-conf.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { openGatewayFixture } from '../../support/gateway-fixture.js';
import { replaceAwsEnvironment } from '../../support/secrets-manager.js';

const GET = 'com.billing.get_invoice';
const SIGN = [
  '+auth.sign = aws_sigv4',
  '+auth.sign.region = eu-central-1',
  '+auth.sign.service = execute-api',
];
const KEYS = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'S3CR3T-key',
  AWS_SESSION_TOKEN: 'S3CR3T-session',
};

const closeLater = closeAfterEach();
let restore: () => void = () => {};
beforeEach(() => {
  restore = replaceAwsEnvironment(KEYS);
});
afterEach(() => restore());

describe('a signed request', () => {
  it('has the headers of the signature, and none of the caller in their place', async () => {
    const { caller, upstream } = closeLater(await openGatewayFixture({ lines: SIGN }));
    const _headers = { Authorization: 'mine', 'X-Amz-Date': 'mine', 'X-Amz-Security-Token': 'mine' };
    expect((await caller.call(GET, { id: 'a b', _headers })).kwargs).toMatchObject({ status: 200 });
    const { headers, url, rawHeaders } = upstream.requests[0]!;
    expect(url).toBe('/invoices/a%20b');
    expect(headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/execute-api\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
    );
    expect(headers['x-amz-security-token']).toBe('S3CR3T-session');
    expect(rawHeaders.filter((text) => text === 'mine')).toEqual([]);
  });

  it('is signed anew for each attempt', async () => {
    let reads = 0;
    // Each look at the clock is a second later.
    const clock = { ...systemClock, wall: () => Date.UTC(2026, 0, 1) + 1_000 * reads++ };
    const { caller, upstream } = closeLater(
      await openGatewayFixture({
        lines: [...SIGN, '+retries = 1', '+retry.statuses = 503'],
        gateway: { clock },
        respond: ({ number }) => ({ status: number === 1 ? 503 : 200 }),
      }),
    );
    expect((await caller.call(GET, { id: 1 })).kwargs).toMatchObject({ status: 200 });
    const [first, second] = upstream.requests.map(({ headers }) => headers);
    expect(first!['x-amz-date']).toMatch(/^20260101T/);
    expect(second!['x-amz-date']).not.toBe(first!['x-amz-date']);
    expect(second!['authorization']).not.toBe(first!['authorization']);
  });

  it('reveals no credential in the log, the status and the preview', async () => {
    const { caller, log, gateway } = closeLater(
      await openGatewayFixture({ lines: [...SIGN, 'log.calls = all'], respond: () => ({ status: 403 }) }),
    );
    await caller.call(GET, { id: 1 });
    expect(log.text() + JSON.stringify(gateway.status())).not.toMatch(/S3CR3T|Signature=[0-9a-f]/);
    const config = parseConfig(billingConf('https://api.example.com', ...SIGN), { env: {} });
    const { headers } = previewRequest(config, GET, undefined, { id: 1 }).request;
    expect(headers[headers.indexOf('authorization') + 1]).toBe(
      'AWS4-HMAC-SHA256 Credential=***/***/eu-central-1/execute-api/aws4_request, SignedHeaders=***, Signature=***',
    );
  });

  it('is not sent without credentials', async () => {
    restore();
    restore = replaceAwsEnvironment({ AWS_EC2_METADATA_DISABLED: 'true' });
    const { caller, upstream, log } = closeLater(await openGatewayFixture({ lines: SIGN }));
    for (let round = 0; round < 2; round++) {
      expect((await caller.call(GET, { id: 1 })).kwargs).toMatchObject({ status: 503, code: 'auth' });
    }
    expect(upstream.requests).toEqual([]);
    // The second call did not ask again.
    expect(log.records().filter(({ msg }) => msg === 'no AWS credentials are available')).toHaveLength(1);
  });
});
