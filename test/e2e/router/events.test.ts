import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { ANY, useRouter } from '../../support/contract.js';
import { hello, type RawClient } from '../../support/raw-client.js';
import { CONTRACT_MATRIX } from '../../support/transport-matrix.js';

describe.each(CONTRACT_MATRIX)('the broker over $name', (transport) => {
  const { connect, join, ask } = useRouter(transport);

  it('sends an event to every subscriber but the publisher, with one publication ID', async () => {
    const [one, two, publisher] = [await join(), await join(), await join()];
    const [, , subscription] = await ask(one, MESSAGE.SUBSCRIBE, 1, {}, 'com.t');
    // One topic has one subscription ID; a second SUBSCRIBE changes nothing.
    expect(await ask(two, MESSAGE.SUBSCRIBE, 1, {}, 'com.t')).toEqual([MESSAGE.SUBSCRIBED, 1, subscription]);
    expect(await ask(two, MESSAGE.SUBSCRIBE, 2, {}, 'com.t')).toEqual([MESSAGE.SUBSCRIBED, 2, subscription]);
    await ask(publisher, MESSAGE.SUBSCRIBE, 1, {}, 'com.t');
    const published = await ask(publisher, MESSAGE.PUBLISH, 2, { acknowledge: true }, 'com.t', [1], { k: 2 });
    expect(published).toEqual([MESSAGE.PUBLISHED, 2, ANY]);
    const event = [MESSAGE.EVENT, subscription, published[2], {}, [1], { k: 2 }];
    expect(await one.next()).toEqual(event);
    expect(await two.next()).toEqual(event);
    expect([two.unread, publisher.unread]).toEqual([0, 0]);
  });

  it('acknowledges a PUBLISH only if the publisher asks for that', async () => {
    const client = await join();
    client.send([MESSAGE.PUBLISH, 1, {}, 'com.t']);
    client.send([MESSAGE.PUBLISH, 2, {}, 'com..t']);
    client.send([MESSAGE.PUBLISH, 3, { acknowledge: false }, 'wamp.t']);
    expect(await ask(client, MESSAGE.PUBLISH, 4, { acknowledge: true }, 'com..t')).toEqual([
      MESSAGE.ERROR,
      MESSAGE.PUBLISH,
      4,
      {},
      'wamp.error.invalid_uri',
      [ANY],
    ]);
    expect(await ask(client, MESSAGE.PUBLISH, 5, { acknowledge: true }, 'wamp.session.on_join')).toEqual([
      MESSAGE.ERROR,
      MESSAGE.PUBLISH,
      5,
      {},
      'wamp.error.invalid_uri',
      [ANY],
    ]);
  });

  it('sends PUBLISHED before the publisher’s own event if exclude_me is false', async () => {
    const client = await join();
    await ask(client, MESSAGE.SUBSCRIBE, 1, {}, 'com.t');
    expect(
      await ask(client, MESSAGE.PUBLISH, 2, { acknowledge: true, exclude_me: false }, 'com.t'),
    ).toStartWith([MESSAGE.PUBLISHED, 2]);
    expect(await client.next()).toStartWith([MESSAGE.EVENT]);
  });

  it('sends events only to receivers that the eligible and exclude lists allow', async () => {
    const [one, two, publisher] = [await connect(), await connect(), await join()];
    const [idOne, authidTwo] = [(await hello(one))[1], ((await hello(two))[2] as { authid: string }).authid];
    await ask(one, MESSAGE.SUBSCRIBE, 1, {}, 'com.t');
    await ask(two, MESSAGE.SUBSCRIBE, 1, {}, 'com.t');
    publisher.send([MESSAGE.PUBLISH, 1, { eligible: [idOne] }, 'com.t', ['for one']]);
    publisher.send([MESSAGE.PUBLISH, 2, { exclude: [idOne] }, 'com.t', ['for two']]);
    publisher.send([MESSAGE.PUBLISH, 3, { eligible: [] }, 'com.t', ['for nobody']]);
    publisher.send([
      MESSAGE.PUBLISH,
      4,
      { eligible: [idOne], eligible_authid: [authidTwo] },
      'com.t',
      ['for nobody'],
    ]);
    publisher.send([MESSAGE.PUBLISH, 5, { exclude_authid: [authidTwo] }, 'com.t', ['for one again']]);
    publisher.send([MESSAGE.PUBLISH, 6, { eligible_authrole: ['anonymous'] }, 'com.t', ['for both']]);
    const argsOf = async (client: RawClient) => (await client.next())[4];
    expect([await argsOf(one), await argsOf(one), await argsOf(one)]).toEqual([
      ['for one'],
      ['for one again'],
      ['for both'],
    ]);
    expect([await argsOf(two), await argsOf(two)]).toEqual([['for two'], ['for both']]);
  });

  it('sends no event after UNSUBSCRIBE, and refuses UNSUBSCRIBE for another session’s subscription', async () => {
    const [client, publisher] = [await join(), await join()];
    const [, , subscription] = await ask(client, MESSAGE.SUBSCRIBE, 1, {}, 'com.t');
    const refused = [MESSAGE.ERROR, MESSAGE.UNSUBSCRIBE, 8, {}, 'wamp.error.no_such_subscription', [ANY]];
    expect(await ask(publisher, MESSAGE.UNSUBSCRIBE, 8, subscription)).toEqual(refused);
    expect(await ask(client, MESSAGE.UNSUBSCRIBE, 2, subscription)).toEqual([MESSAGE.UNSUBSCRIBED, 2]);
    expect(await ask(client, MESSAGE.UNSUBSCRIBE, 8, subscription)).toEqual(refused);
    await ask(publisher, MESSAGE.PUBLISH, 1, { acknowledge: true }, 'com.t');
    expect(await ask(client, MESSAGE.CALL, 3, {}, 'com.nothing')).toStartWith([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      3,
    ]);
  });

  it.each([
    ['prefix', 'com..t', 'wamp.error.invalid_uri'],
    ['wildcard', 'com.#', 'wamp.error.invalid_uri'],
    ['exact', 'com..t', 'wamp.error.invalid_uri'],
  ])('refuses a subscription with match %s to %s', async (match, topic, error) => {
    expect(await ask(await join(), MESSAGE.SUBSCRIBE, 1, { match }, topic)).toEqual([
      MESSAGE.ERROR,
      MESSAGE.SUBSCRIBE,
      1,
      {},
      error,
      [ANY],
    ]);
  });

  it('lets clients subscribe to reserved topics', async () => {
    expect(await ask(await join(), MESSAGE.SUBSCRIBE, 1, {}, 'wamp.session.on_join')).toEqual([
      MESSAGE.SUBSCRIBED,
      1,
      ANY,
    ]);
  });
});
