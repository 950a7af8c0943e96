import { describe, expect, it } from 'vitest';
import { billingConf } from '../../test/support/billing-conf.js';
import { systemClock } from '../clock.js';
import { parseConfig } from '../config/load-config.js';
import { createTurns } from '../turns.js';
import { readCases } from './read-cases.js';
import { runCase } from './run-case.js';

const deps = { userAgent: 'test', uuid: () => 'uuid-1', clock: systemClock, turns: createTurns(systemClock) };
const SECRET = [
  '+auth.vars.token = s3cret',
  '+auth.apply.placement = header',
  '+auth.apply.name = Authorization',
  '+auth.apply.format = Bearer {{token}}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file
  '+headers.X-Key = ${API_KEY}',
];

/** The differences of a case of the guide's service. */
async function run(text: string, ...lines: string[]): Promise<readonly string[]> {
  const conf = billingConf('https://billing.example.com/api?v=1', ...lines);
  const config = parseConfig(conf, { env: { API_KEY: 'k3y' } });
  const read = readCases(`- ${text}`);
  if (read.kind === 'mistakes') throw new Error(read.mistakes.join());
  return await runCase(config, read.cases[0]!, deps);
}

const GET = 'call: com.billing.get_invoice, kwargs: {id: a/b}';
const POST = 'call: com.billing.create_invoice, kwargs: {amount: 1.5, n: [1]}';

it('has a caller, for whom the gateway can fetch a token', async () => {
  const lines = [
    '+auth.fetch.url = https://idp/token',
    '+auth.fetch.token_path = t',
    '+auth.fetch.body_encoding = form',
    '+auth.fetch.body.tenant = {{caller.meta.tenant}}',
  ];
  const refused = `${GET}, request: null, error: {uri: wamp.error.invalid_argument, kwargs: {code: bad_request}}`;
  expect(await run(`{${refused}}`, ...lines)).toEqual([]);
  expect(await run(`{${refused}, caller: {authrole: staff}}`, ...lines)).toEqual([]);
  const caller = 'caller: {authrole: staff, meta: {tenant: acme}}';
  expect(await run(`{${GET}, ${caller}, result: {status: 200}}`, ...lines)).toEqual([]);
});

it('refuses and drops what the gateway refuses and drops of a real answer', async () => {
  const bad = 'error: {uri: bondy.error.bad_gateway, kwargs: {code: bad_answer}}';
  const stream = 'answer: {headers: {content-type: text/event-stream}, body: "data: 1"}';
  expect(await run(`{${GET}, ${stream}, ${bad}}`)).toEqual([]);
  expect(
    await run(`{${GET}, answer: {body: ${'x'.repeat(1025)}}, ${bad}}`, '+pool.max_response_size = 1KB'),
  ).toEqual([]);
  const empty = 'answer: {body: {a: 1}}, result: {status: 200, body: ""}';
  expect(await run(`{${GET}, ${empty}}`, '+procedures.get_invoice.method = head')).toEqual([]);
});

describe('a case', () => {
  it.each([
    `{${GET}, request: {method: get, path: "/api/invoices/a%2Fb?v=1", headers: {accept: application/json, x-none: null}}}`,
    `{${GET}, answer: {body: {a: 1}}, result: {status: 200, body: {a: 1}}}`,
    `{${GET}, answer: {body: text}, result: {body: text}}`,
    `{${GET}, answer: {status: 204}, result: {status: 204, body: ""}}`,
    `{${GET}, answer: {status: 404, body: {a: 1}}, error: {uri: wamp.error.not_found, kwargs: {body: {a: 1}}}}`,
    `{${GET}, answer: {status: 500}, error: bondy.error.bad_gateway}`,
    '{call: com.billing.get_invoice, request: null, error: {uri: wamp.error.invalid_argument, kwargs: {code: bad_request}}}',
    `{${POST}, request: {method: POST, body: {amount: 1.5, n: [1]}}}`,
    `{${POST}, request: {body: '{"amount":1.5,"n":[1]}'}}`,
  ])('passes: %s', async (text) => {
    expect(await run(text)).toEqual([]);
  });

  it.each([
    [`{${GET}, request: {path: /x}}`, 'request.path: expected "/x", got "/api/invoices/a%2Fb?v=1"'],
    [
      `{${GET}, request: {headers: {Accept: text/html}}}`,
      'request.headers.Accept: expected "text/html", got "application/json"',
    ],
    [`{${GET}, request: {headers: {X-None: a}}}`, 'request.headers.X-None: expected "a", got null'],
    [`{${GET}, request: null}`, 'request: expected none, got GET /api/invoices/a%2Fb?v=1'],
    [
      `{${GET}, answer: {status: 404}, result: {}}`,
      'expected a result, got the error wamp.error.not_found with the status 404',
    ],
    [`{${GET}, error: com.x}`, 'expected the error com.x, got a result with the status 200'],
    [
      `{${GET}, answer: {status: 404}, error: com.x}`,
      'error.uri: expected "com.x", got "wamp.error.not_found"',
    ],
    [
      `{${GET}, answer: {body: {a: [1, 2]}}, result: {body: {a: [1, 3]}}}`,
      'result.body.a[1]: expected 3, got 2',
    ],
    [`{${GET}, answer: {body: {a: 1}}, result: {body: {b: 1}}}`, 'result.body.b: expected 1, got nothing'],
    [`{${POST}, request: {body: {amount: "1.5", n: [1]}}}`, 'request.body.amount: expected "1.5", got 1.5'],
    [
      '{call: com.billing.get_invoice, request: {method: GET}}',
      'request: none was sent, because the caller got the error wamp.error.invalid_argument: Missing required path variable: id',
    ],
    ['{call: com.none, error: x}', 'the configuration has no procedure com.none'],
    [
      `{${GET}, realm: other, error: x}`,
      'the configuration has no procedure com.billing.get_invoice in the realm other',
    ],
  ])('fails and says why: %s', async (text, difference) => {
    expect(await run(text)).toContain(difference);
  });

  it('shows secrets by their names, and needs no value', async () => {
    expect(await run(`{${GET}, request: {headers: {Authorization: Bearer $TOKEN}}}`, ...SECRET)).toEqual([]);
  });

  it('does not print a value of a secret header that is not as expected', async () => {
    const found = await run(`{${GET}, request: {headers: {X-Key: other}}}`, ...SECRET);
    expect(found).toEqual(['request.headers.X-Key: is not as expected']);
  });

  it('has the caller that it names', async () => {
    const text = `{${GET}, caller: {authid: ann}, request: {headers: {X-User: ann}}}`;
    expect(await run(text, '+headers.X-User = {{caller.authid}}')).toEqual([]);
  });

  it('sends the same form each time', async () => {
    const body =
      '--uuid-1\\r\\nContent-Disposition: form-data; name=\\"amount\\"\\r\\n\\r\\n1.5\\r\\n--uuid-1--\\r\\n';
    const text = `{call: com.billing.create_invoice, kwargs: {amount: 1.5}, request: {body: "${body}"}}`;
    expect(await run(text, '+body_encoding = multipart')).toEqual([]);
  });
});

describe('a case of a procedure with keys about responses', () => {
  const PROC = '+procedures.get_invoice';
  it.each([
    [
      `{${GET}, answer: {body: {items: [1], next: 2}}, result: {body: [1], more: true}}`,
      [`${PROC}.pages.next = cursor:next>page`, `${PROC}.pages.items = items`],
    ],
    [`{${GET}, answer: {body: {a: [1, 2]}}, result: {body: 2}}`, [`${PROC}.response.path = a.1`]],
    [
      `{${GET}, answer: {body: {error: x}}, error: {uri: com.refused, kwargs: {status: 200}}}`,
      ['+error_path = error', '+errors.body = com.refused'],
    ],
    [`{${GET}, answer: {status: 404}, result: {status: 404}}`, [`${PROC}.success = 2xx, 404`]],
  ])('passes: %s', async (text, lines) => {
    expect(await run(text, ...lines)).toEqual([]);
  });

  it('has the body before its compression', async () => {
    const body = 'x'.repeat(2_000);
    const text = `{call: com.billing.create_invoice, kwargs: {a: ${body}}, request: {headers: {Content-Encoding: gzip}, body: {a: ${body}}}}`;
    expect(await run(text, '+request.compress = gzip')).toEqual([]);
  });
});
