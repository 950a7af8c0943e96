import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectCaller, ownError } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { HANG, type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';
import { OPTIONS, partsOf, TRACE_ID, TRACEPARENT } from '../../support/trace-context.js';
import { connectWampy } from '../../support/wampy.js';
import { attachGateway } from './attach.js';
import { attachedConfiguration, PROCEDURE } from './fleet.js';
import { DISCLOSING_REALM, REALM } from './plan.js';
import {
  CROSSBAR_PROGRAM,
  type ForeignRouter,
  NEXUS_PROGRAM,
  ROUTER_PROGRAMS,
  type RouterProgram,
  startRouter,
} from './routers.js';

const USES_CALLER = 'rpc_gateway.services.billing.procedures.get_invoice.headers.X-User = {{caller.authid}}';

describe.each(ROUTER_PROGRAMS)('a call through $name', (program) => {
  const closeLater = closeAfterEach();
  let router: ForeignRouter;
  let upstream: RecordingUpstream;
  beforeAll(async () => {
    if (!program.isInstalled) return;
    router = await startRouter(program);
    upstream = await startRecordingUpstream();
  });
  afterAll(async () => {
    await upstream?.close();
    await router?.close();
  });
  beforeEach(() => upstream?.clear());
  const test = it.skipIf(!program.isInstalled);
  /** Adds a test for one router only; for the other one there is none. */
  const onlyOn = (other: RouterProgram) => (program === other ? test : (): void => {});

  const attach = async (lines = '', realm: string = REALM) =>
    closeLater(
      await attachGateway(attachedConfiguration(router.url, upstream.url, lines).replaceAll(REALM, realm)),
    );
  const connect = async (realm: string = REALM) => closeLater(await connectCaller(router.url, realm));

  test('continues the trace in _headers, as the router drops the options for it', async () => {
    await attach();
    const caller = await connect();
    upstream.respondWith(() => ({ json: {} }));
    await caller.call(PROCEDURE, { id: 1 }, { options: OPTIONS });
    await caller.call(PROCEDURE, { id: 1, _headers: { traceparent: TRACEPARENT } });
    const sent = upstream.requests.map(({ headers }) => partsOf(headers['traceparent']).traceId);
    expect(sent).toEqual([undefined, TRACE_ID]);
  });

  test.each(['kill', 'killnowait'])(
    'closes the socket to the API when it is cancelled by %s',
    async (mode) => {
      await attach();
      const caller = await connect();
      upstream.respondWith(() => HANG);
      const call = caller.call(PROCEDURE, { id: 1 });
      const request = await upstream.arrived(1);
      caller.cancel(mode);
      expect(await request.responded).toBe(false);
      expect(await call).toMatchObject({ kind: 'error', uri: 'wamp.error.canceled' });
    },
  );

  test('closes the socket to the API when wampy cancels it', async () => {
    await attach();
    const { client } = await connectWampy(router.url, REALM);
    closeLater(() => client.disconnect());
    upstream.respondWith(() => HANG);
    const call = client.call(PROCEDURE, { argsDict: { id: 1 } });
    const { reqId } = client.getOpStatus();
    call.catch(() => {});
    const request = await upstream.arrived(1);
    client.cancel(reqId, { mode: 'kill' });
    expect(await request.responded).toBe(false);
    await expect(call).rejects.toMatchObject({ errorUri: 'wamp.error.canceled' });
  });

  // nexus lets the callee go on.
  onlyOn(CROSSBAR_PROGRAM)('closes the socket to the API when its caller leaves', async () => {
    await attach();
    const caller = await connect();
    upstream.respondWith(() => HANG);
    caller.call(PROCEDURE, { id: 1 }).catch(() => {});
    const request = await upstream.arrived(1);
    caller.terminate();
    expect(await request.responded).toBe(false);
  });

  // Crossbar.io takes a timeout for seconds.
  onlyOn(NEXUS_PROGRAM)('ends at the timeout of its caller, if that is shorter', async () => {
    await attach();
    const caller = await connect();
    upstream.respondWith(() => HANG);
    const call = caller.call(PROCEDURE, { id: 1 }, { options: { timeout: 500 } });
    const request = await upstream.arrived(1);
    expect(await request.responded).toBe(false);
    const answer = await call;
    expect(answer.uri).toBe('wamp.error.timeout');
    expect(ownError(answer)).toMatchObject({ code: 'timeout' });
  });

  test('that needs its caller is refused where the router does not disclose callers', async () => {
    const { records, logged } = await attach(USES_CALLER);
    const answer = await (await connect()).call(PROCEDURE, { id: 1 });
    expect(answer.uri).toBe('wamp.error.invalid_argument');
    const setting = program === NEXUS_PROGRAM ? 'allow_disclose' : 'disclose.caller';
    expect(ownError(answer)).toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining(setting),
    });
    expect(upstream.requests).toEqual([]);
    // Where the router ignores the wish, this line alone tells the operator.
    await logged({ msg: 'call failed', cause: answer.kwargs['message'] });

    const warnings = records.filter(({ level }) => level === 'warn');
    if (program === NEXUS_PROGRAM) {
      expect(warnings).toMatchObject([
        {
          realm: REALM,
          router: router.url,
          procedure: PROCEDURE,
          cause: expect.stringContaining('wamp.error.option_disallowed.disclose_me'),
          advice: expect.stringContaining('allow_disclose'),
        },
      ]);
    } else {
      // Crossbar.io ignores the wish, and cannot refuse it.
      expect(warnings).toEqual([]);
    }
  });

  test('that needs its caller gets it where the router discloses callers', async () => {
    await attach(USES_CALLER, DISCLOSING_REALM);
    upstream.respondWith(() => ({ json: {} }));
    const caller = await connect(DISCLOSING_REALM);
    expect(await caller.call(PROCEDURE, { id: 1 })).toMatchObject({ kind: 'result' });
    expect(upstream.requests[0]!.headers['x-user']).toBe(caller.authid);
  });
});
