import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { billingConf } from '../support/billing-conf.js';
import { type Caller, connectCaller } from '../support/caller.js';
import { type RunningGateway, startGateway } from '../support/gateway.js';
import { replaceAwsEnvironment } from '../support/secrets-manager.js';
import { findPythonWithBotocore } from './python.js';

const python = await findPythonWithBotocore();
const SERVER = fileURLToPath(new URL('./aws_sigv4_server.py', import.meta.url));
const KEY = 'AKIDEXAMPLE';
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const TOKEN = 'a session/token+=';

/** Kwargs whose encoding could differ between two libraries. */
const ODD = "a b+c/ü!'()*~;:@&=,$%2F%20";

describe.skipIf(python === undefined)('a request that the gateway has signed', () => {
  const open: (() => unknown)[] = [];
  let gateway: RunningGateway;
  let caller: Caller;

  beforeAll(async () => {
    const child = spawn(python!, [SERVER, KEY, SECRET, TOKEN], { stdio: ['ignore', 'pipe', 'inherit'] });
    open.push(() => child.kill());
    const [port] = await once(child.stdout, 'data');
    const restore = replaceAwsEnvironment({
      AWS_ACCESS_KEY_ID: KEY,
      AWS_SECRET_ACCESS_KEY: SECRET,
      AWS_SESSION_TOKEN: TOKEN,
    });
    open.push(restore);
    const url = `http://127.0.0.1:${String(port).trim()}`;
    const service = (name: string) => [
      billingConf(`${url}/prod?v=1+2`, '+auth.sign = aws_sigv4', '+auth.sign.region = eu-central-1')
        .replaceAll('services.billing.', `services.${name}.`)
        .replaceAll('com.billing.', `com.${name}.`),
      `rpc_gateway.services.${name}.auth.sign.service = ${name === 's3' ? 's3' : 'execute-api'}`,
    ];
    gateway = await startGateway([...service('api'), ...service('s3')].join('\n'));
    open.push(() => gateway.stop(0));
    caller = await connectCaller(gateway.url);
    open.push(() => caller.close());
  });
  afterAll(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });

  const good = { status: 200, body: { ok: true, token: TOKEN } };
  const HEADERS = { 'X-List': ['a', 'b'], 'X-Spaces': 'a   b' };

  describe.each(['api', 's3'])('for the service %s', (name) => {
    it.each([
      ['a plain path', { id: 'INV-001' }],
      [
        'odd characters in path and query',
        { id: ODD.replaceAll('/', '-').replaceAll('%2F', ''), q: ODD, list: ['b', 'a', ODD] },
      ],
      ['headers of the caller', { id: 1, _headers: HEADERS }],
    ])('is accepted by botocore: %s', async (_, kwargs) => {
      expect((await caller.call(`com.${name}.get_invoice`, kwargs)).kwargs).toMatchObject(good);
    });

    it('is accepted by botocore with a body', async () => {
      const answer = await caller.call(`com.${name}.create_invoice`, {
        amount: 1.5,
        text: ODD,
        _headers: HEADERS,
      });
      expect(answer.kwargs).toMatchObject(good);
    });
  });
});
