import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { ANY, useRouter } from '../../support/contract.js';
import { CONTRACT_MATRIX } from '../../support/transport-matrix.js';

const CONTEXT = {
  _traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  _tracestate: 'acme=t61rcWkgMzE,billing@acme=00f067aa0ba902b7',
  _baggage: 'tenant=acme,note=%C3%BC;ttl=5',
};
/** Nobody has promised a well-formed context, and the router does not read it. */
const ODD = { _traceparent: 'no trace\r\nat all', _tracestate: '', _baggage: 'ü' };

describe.each(CONTRACT_MATRIX)('a trace context over $name', (transport) => {
  const { join, ask } = useRouter(transport);

  it.each([
    ['', CONTEXT],
    ['without a valid form', ODD],
    ['of baggage alone', { _baggage: CONTEXT._baggage }],
    [
      'of the longest texts',
      { _traceparent: 'f'.repeat(256), _tracestate: 'a'.repeat(512), _baggage: 'b'.repeat(8192) },
    ],
  ])('%s goes unchanged from caller to callee', async (_, context) => {
    const [callee, caller] = [await join(), await join()];
    await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.a');
    caller.send([MESSAGE.CALL, 1, context, 'com.a']);
    expect(await callee.next()).toEqual([MESSAGE.INVOCATION, 1, ANY, context]);
  });

  it('goes unchanged from publisher to subscribers, also of retained events', async () => {
    const [subscriber, publisher, later] = [await join(), await join(), await join()];
    await ask(subscriber, MESSAGE.SUBSCRIBE, 1, {}, 'com.t');
    await ask(subscriber, MESSAGE.SUBSCRIBE, 2, { match: 'prefix' }, 'com.');
    const options = { ...CONTEXT, acknowledge: true, retain: true };
    await ask(publisher, MESSAGE.PUBLISH, 1, options, 'com.t');
    expect(await subscriber.next()).toEqual([MESSAGE.EVENT, ANY, ANY, CONTEXT]);
    expect(await subscriber.next()).toEqual([MESSAGE.EVENT, ANY, ANY, { ...CONTEXT, topic: 'com.t' }]);
    await ask(later, MESSAGE.SUBSCRIBE, 1, { get_retained: true }, 'com.t');
    expect(await later.next()).toEqual([MESSAGE.EVENT, ANY, ANY, { ...CONTEXT, retained: true }]);
  });

  it('loses what is no text or too long, and other names with an underscore', async () => {
    const [callee, subscriber, client] = [await join(), await join(), await join()];
    await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.a');
    await ask(subscriber, MESSAGE.SUBSCRIBE, 1, {}, 'com.t');
    const options = {
      _traceparent: 'f'.repeat(257),
      _tracestate: ['acme=1'],
      _baggage: 'b'.repeat(8193),
      _caller_library: 'autobahn-python',
      _tracing: 'x',
    };
    client.send([MESSAGE.CALL, 1, options, 'com.a']);
    expect(await callee.next()).toEqual([MESSAGE.INVOCATION, 1, ANY, {}]);
    client.send([MESSAGE.PUBLISH, 2, { ...options, _traceparent: null, _baggage: 7 }, 'com.t']);
    expect(await subscriber.next()).toEqual([MESSAGE.EVENT, ANY, ANY, {}]);
  });

  it('goes with the call to the next callee if the call is rerouted', async () => {
    const reroutes = { roles: { callee: { features: { call_reroute: true } } } };
    const [one, two, caller] = [await join(reroutes), await join(reroutes), await join()];
    for (const callee of [one, two]) await ask(callee, MESSAGE.REGISTER, 1, { invoke: 'first' }, 'com.a');
    caller.send([MESSAGE.CALL, 1, CONTEXT, 'com.a']);
    expect(await one.next()).toEqual([MESSAGE.INVOCATION, 1, ANY, CONTEXT]);
    one.send([MESSAGE.ERROR, MESSAGE.INVOCATION, 1, {}, 'wamp.error.unavailable']);
    expect(await two.next()).toEqual([MESSAGE.INVOCATION, 1, ANY, CONTEXT]);
  });
});
