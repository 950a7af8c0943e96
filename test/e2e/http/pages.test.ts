import { afterEach, describe, expect, it } from 'vitest';
import { billingConf } from '../../support/billing-conf.js';
import { ownError, REALM } from '../../support/caller.js';
import { autobahnJs, type Client, FORMATS, wampy } from '../../support/clients.js';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';
import {
  HANG,
  RESET,
  type ResponseHandler,
  type UpstreamResponse,
} from '../../support/recording-upstream.js';

const LIST = 'com.billing.get_invoice';
const PROC = '+procedures.get_invoice';

let fixture: GatewayFixture | undefined;
afterEach(async () => {
  await fixture?.close();
  fixture = undefined;
});

/** The base_url has the path /api. */
async function open({
  lines,
  respond,
}: {
  lines: string[];
  respond: ResponseHandler;
}): Promise<GatewayFixture> {
  fixture = await openGatewayFixture({ conf: (url) => billingConf(`${url}/api`, ...lines), respond });
  return fixture;
}

/** Pages of the numbers 1, 2, 3 … with the next page in the way that a test chooses. */
const serve =
  (pages: number, answer: (number: number, next: string | undefined) => UpstreamResponse): ResponseHandler =>
  ({ url }) => {
    const number = Number(new URL(url, 'http://x').searchParams.get('page') ?? 1);
    return answer(number, number < pages ? `/api/invoices/7?page=${number + 1}` : undefined);
  };
const byLink = (pages: number): ResponseHandler =>
  serve(pages, (number, next) => ({
    json: [number],
    headers: next === undefined ? {} : { link: `</x>; rel="a,b", <${next}>; rel="last next"` },
  }));
const call = ({ caller }: GatewayFixture, kwargs: object = {}) => caller.call(LIST, { id: 7, ...kwargs });
const urls = ({ upstream }: GatewayFixture) => upstream.requests.map(({ url }) => url);
const ofPages = (...numbers: number[]) => numbers.map((number) => `/api/invoices/7?page=${number}`);

describe('the pages of a list', () => {
  it.each([
    ['link', [], byLink(3)],
    [
      'header:X-Next',
      [],
      serve(3, (number, next) => ({ json: [number], headers: { 'X-NEXT': next ?? '' } })),
    ],
    [
      'body:links.next',
      [`${PROC}.pages.items = items`],
      serve(3, (number, next = null as never) => ({ json: { items: [number], links: { next } } })),
    ],
    [
      'body:@odata\\.nextLink',
      [`${PROC}.pages.items = value`],
      serve(3, (number, next) => ({ json: { value: [number], '@odata.nextLink': next } })),
    ],
    [
      'cursor:next>page',
      [`${PROC}.pages.items = data.items`],
      serve(3, (number, next) => ({
        json: { data: { items: [number] }, next: next === undefined ? null : number + 1 },
      })),
    ],
    [
      'cursor:next>page',
      [`${PROC}.pages.items = items`],
      serve(3, (number, next) => ({ json: { items: [number], next: next && String(number + 1) } })),
    ],
  ] as const)('are joined with pages.next = %s', async (next, lines, respond) => {
    const opened = await open({
      lines: [`${PROC}.pages.next = ${next}`, ...lines, '+auth.vars.token = secret', '+headers.X-A = a'],
      respond,
    });
    const answer = await call(opened);
    expect(answer).toMatchObject({ kind: 'result', args: [] });
    expect(answer.kwargs).toEqual({ status: 200, body: [1, 2, 3] });
    expect(urls(opened)).toEqual(['/api/invoices/7', ...ofPages(2, 3)]);
    for (const { headers, method } of opened.upstream.requests) {
      expect([method, headers['authorization'], headers['x-a']]).toEqual(['GET', 'secret', 'a']);
    }
  });

  it('keep each item as it is, and may be empty', async () => {
    const bodies = ['[ 1.10 , 12345678901234567890 ]', '[]', ' [ ] ', '[{"a" :"\\u00e9"}]', 'null'];
    const opened = await open({
      lines: [`${PROC}.pages.next = link`],
      respond: serve(bodies.length, (number, next) => ({
        body: bodies[number - 1] as string,
        headers: { 'content-type': 'application/json', ...(next && { link: `<${next}>; rel=next` }) },
      })),
    });
    expect((await call(opened)).frame).toContain('"body":[ 1.10 , 12345678901234567890 ,{"a" :"\\u00e9"}]}');
  });

  it('that are left are told with more', async () => {
    const opened = await open({
      lines: [`${PROC}.pages.next = link`, `${PROC}.pages.limit = 3`, `${PROC}.response.headers = link`],
      respond: byLink(9),
    });
    expect((await call(opened)).kwargs).toEqual({
      status: 200,
      body: [1, 2, 3],
      headers: { link: '</x>; rel="a,b", </api/invoices/7?page=2>; rel="last next"' },
      more: true,
    });
    expect(opened.upstream.requests).toHaveLength(3);
  });

  it('end where a page leads back', async () => {
    const opened = await open({
      lines: [`${PROC}.pages.next = link`],
      respond: serve(9, (number) => ({
        json: [number],
        headers: { link: `<?page=${number === 1 ? 2 : 3 - (number % 2)}>; rel=next` },
      })),
    });
    expect((await call(opened)).kwargs).toEqual({ status: 200, body: [1, 2, 3] });
    const itself = await open({
      lines: [`${PROC}.pages.next = link`],
      respond: () => ({ json: [1], headers: { link: '<>; rel=next' } }),
    });
    expect((await call(itself)).kwargs).toEqual({ status: 200, body: [1] });
  });

  it.each([
    ['another origin', 'https://evil.example.com/api/invoices/7?page=2'],
    ['another port', 'http://127.0.0.1:1/api/invoices/7?page=2'],
    ['another path', '/admin'],
    ['dot segments', '/api/..%2fadmin'],
    ['no URL', 'http://['],
  ])('at %s are not requested', async (_, url) => {
    const opened = await open({
      lines: [`${PROC}.pages.next = link`],
      respond: () => ({ json: [1], headers: { link: `<${url}>; rel=next` } }),
    });
    for (const answer of [await call(opened), await call(opened)])
      expect(answer.kwargs).toEqual({ status: 200, body: [1], more: true });
    expect(opened.upstream.requests).toHaveLength(2);
    const lines = opened.log.records().filter(({ msg }) => String(msg).includes('next page'));
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain('evil');
  });

  it('never have the credential of the query in the URL that the API repeats', async () => {
    const opened = await open({
      lines: [
        `${PROC}.pages.next = link`,
        '+auth.vars.token = secret',
        '+auth.apply.placement = query_param',
        '+auth.apply.name = key',
      ],
      respond: ({ url }) => ({
        json: [1],
        headers: url.includes('page') ? {} : { link: `<${url}&page=2>; rel=next` },
      }),
    });
    await call(opened);
    expect(urls(opened)).toEqual(['/api/invoices/7?key=secret', '/api/invoices/7?page=2&key=secret']);
  });

  it.each([
    ['a status of 500', { status: 500, json: { why: 1 } }, 'bondy.error.bad_gateway', { why: 1 }],
    ['a status of 404', { status: 404, json: 'no' }, 'wamp.error.not_found', 'no'],
    ['an error at error_path', { json: { error: 'x' } }, 'com.billing.refused', { error: 'x' }],
  ])('of which one has %s are its ERROR', async (_, failed, uri, body) => {
    const opened = await open({
      lines: [`${PROC}.pages.next = link`, '+error_path = error', '+errors.body = com.billing.refused'],
      respond: serve(3, (number, next) =>
        number === 3 ? failed : { json: [number], headers: { link: `<${next}>; rel=next` } },
      ),
    });
    const answer = await call(opened);
    expect(answer).toMatchObject({ kind: 'error', uri, kwargs: { body } });
    expect(answer.kwargs).not.toHaveProperty('more');
  });

  it.each([
    ['text', { body: 'x', headers: { 'content-type': 'text/plain' } }],
    ['a dictionary', { json: { a: 1 } }],
    ['a number', { json: 1 }],
    ['no body', { status: 204 }],
  ])('of which one is %s are bad_answer', async (_, page) => {
    const opened = await open({
      lines: [`${PROC}.pages.next = link`],
      respond: serve(2, (number, next) =>
        number === 2 ? page : { json: [number], headers: { link: `<${next}>; rel=next` } },
      ),
    });
    expect(ownError(await call(opened))).toMatchObject({ code: 'bad_answer', attempts: 2 });
  });

  it('may lack a list with response.path_optional', async () => {
    const opened = await open({
      lines: [
        `${PROC}.pages.next = cursor:next>page`,
        `${PROC}.pages.items = items`,
        `${PROC}.response.path_optional = on`,
      ],
      respond: serve(3, (number, next) => ({
        json: { ...(number !== 2 && { items: [number] }), ...(next && { next: number + 1 }) },
      })),
    });
    expect((await call(opened)).kwargs).toEqual({ status: 200, body: [1, 3] });
  });

  it.each([[true], [{ a: 1 }], [[2]]])('with %j as the next one are bad_answer', async (next) => {
    const opened = await open({
      lines: [`${PROC}.pages.next = cursor:next>page`, `${PROC}.pages.items = items`],
      respond: () => ({ json: { items: [], next } }),
    });
    expect(ownError(await call(opened))).toMatchObject({ code: 'bad_answer' });
  });

  it('are each retried, and get a condition only for the first', async () => {
    const opened = await open({
      lines: [`${PROC}.pages.next = link`, '+retry.statuses = 503', '+retries = 1'],
      respond: (request, response) =>
        request.number % 2 === 1 ? { status: 503 } : byLink(3)(request, response),
    });
    const answer = await call(opened, { _headers: { 'If-None-Match': '"1"', Range: 'x=1', 'X-B': 'b' } });
    expect(answer.kwargs).toEqual({ status: 200, body: [1, 2, 3] });
    const seen = opened.upstream.requests.map(({ headers }) => [
      headers['if-none-match'],
      headers['range'],
      headers['x-b'],
    ]);
    expect(seen).toEqual([
      ['"1"', 'x=1', 'b'],
      ['"1"', 'x=1', 'b'],
      ...Array(4).fill([undefined, undefined, 'b']),
    ]);
  });

  it('of which one cannot be had are the error of the gateway, with all attempts', async () => {
    const opened = await open({
      lines: [`${PROC}.pages.next = link`, '+retries = 1'],
      respond: (request, response) => (request.number > 2 ? RESET : byLink(9)(request, response)),
    });
    expect(ownError(await call(opened))).toMatchObject({ code: 'connect', attempts: 4 });
  });

  it.each([
    ['the deadline', ['+deadline = 1s'], {}],
    ['the timeout of the caller', [], { timeout: 1_000 }],
  ])('that do not come before %s are left', async (_, lines, options) => {
    const opened = await open({
      lines: [`${PROC}.pages.next = link`, '+timeout = 10s', ...lines],
      respond: (request, response) => (request.number > 2 ? HANG : byLink(9)(request, response)),
    });
    const answer = await opened.caller.call(LIST, { id: 7 }, { options });
    expect(answer.kwargs).toEqual({ status: 200, body: [1, 2], more: true });
  });

  it('have pool.max_response_size together', async () => {
    const text = 'x'.repeat(600);
    const opened = await open({
      lines: [`${PROC}.pages.next = link`, '+pool.max_response_size = 2KB'],
      respond: serve(9, (_, next) => ({ json: [text], headers: { link: `<${next}>; rel=next` } })),
    });
    expect((await call(opened)).kwargs).toEqual({ status: 200, body: [text, text, text], more: true });
  });

  it('end when the call is cancelled', async () => {
    const opened = await open({
      lines: [`${PROC}.pages.next = link`, '+timeout = 1h', 'wamp.max_call_timeout = 2h'],
      respond: (request, response) => (request.number > 2 ? HANG : byLink(9)(request, response)),
    });
    const calling = call(opened);
    const third = await opened.upstream.arrived(3);
    opened.caller.cancel('kill');
    expect(ownError(await calling)).toMatchObject({ code: 'canceled', attempts: 3 });
    expect(await third.responded).toBe(false);
  });

  it('after a 304, or a status that is no success, are not looked for', async () => {
    const opened = await open({
      lines: [`${PROC}.pages.next = link`],
      respond: () => ({ status: 304, headers: { link: '</api/x>; rel=next' } }),
    });
    const answer = await call(opened, { _headers: { 'If-None-Match': '"1"' } });
    expect(answer.kwargs).toEqual({ status: 304, body: '' });
    expect(opened.upstream.requests).toHaveLength(1);
  });

  it('that redirect are followed from where they were asked', async () => {
    const opened = await open({
      lines: [`${PROC}.pages.next = link`, '+pool.follow_redirect = on'],
      respond: (request, response) =>
        request.url === '/api/invoices/7'
          ? { status: 302, headers: { location: '/api/invoices/7?page=1' } }
          : byLink(2)(request, response),
    });
    expect((await call(opened)).kwargs).toEqual({ status: 200, body: [1, 2] });
  });
});

const CLIENTS = FORMATS.flatMap((format) => [
  [`wampy with ${format}`, (url: string) => wampy(url, REALM, format)] as const,
  [`autobahn-js with ${format}`, (url: string) => autobahnJs(url, REALM, format)] as const,
]);

describe.each(CLIENTS)('the pages for %s', (_, connect) => {
  async function openClient(respond: ResponseHandler, ...lines: string[]): Promise<Client> {
    const { gateway } = await open({ lines: [`${PROC}.pages.next = link`, ...lines], respond });
    return connect(gateway.url);
  }
  const textOf = (number: number, length: number) => `é${number}`.repeat(length / 2);
  const long = (length: number): ResponseHandler =>
    serve(3, (number, next) => ({
      json: [{ number }, textOf(number, length)],
      headers: next === undefined ? {} : { link: `<${next}>; rel=next` },
    }));

  it.each([10, 70_000, 1_000_000])('are joined, with texts of %i characters', async (length) => {
    const client = await openClient(long(length));
    const { outcome } = client.call(LIST, { args: [], kwargs: { id: 7 } });
    const all = [1, 2, 3].flatMap((number) => [{ number }, textOf(number, length)]);
    expect((await outcome).kwargs).toEqual({ status: 200, body: all });
    await client.close();
  });

  it.each([10, 70_000])(
    'come item by item if it asks for that, with texts of %i characters',
    async (length) => {
      const client = await openClient(long(length), `${PROC}.pages.limit = 2`);
      const items: unknown[] = [];
      const { outcome } = client.call(LIST, { args: [], kwargs: { id: 7 } }, ({ kwargs }) =>
        items.push(kwargs),
      );
      expect((await outcome).kwargs).toEqual({ status: 200, body: '', count: 4, more: true });
      expect(items).toEqual(
        [1, 2].flatMap((number) => [
          { status: 200, body: { number } },
          { status: 200, body: textOf(number, length) },
        ]),
      );
      await client.close();
    },
  );

  it('that fail are an ERROR after the items before', async () => {
    const client = await openClient(
      serve(3, (number, next) =>
        number === 2
          ? { status: 500, json: 'why' }
          : { json: [number], headers: { link: `<${next}>; rel=next` } },
      ),
    );
    const items: unknown[] = [];
    const { outcome } = client.call(LIST, { args: [], kwargs: { id: 7 } }, ({ kwargs }) =>
      items.push(kwargs['body']),
    );
    await expect(outcome).rejects.toMatchObject({
      uri: 'bondy.error.bad_gateway',
      kwargs: { status: 500, body: 'why' },
    });
    expect(items).toEqual([1]);
    await client.close();
  });
});
