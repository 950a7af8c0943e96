import { describe, expect, it } from 'vitest';
import { ANY, TRANSPORTS, useRouter } from '../../support/contract.js';
import { hello, type RawClient } from '../../support/raw-client.js';

describe.each(TRANSPORTS)('events, over %s', (transport) => {
  const { connect, join, ask } = useRouter(transport);

  it('publishes to every subscriber but the publisher, with one publication ID', async () => {
    const [one, two, publisher] = [await join(), await join(), await join()];
    const [, , subscription] = await ask(one, 32, 1, {}, 'com.t');
    // One topic has one subscription ID; a second SUBSCRIBE changes nothing.
    expect(await ask(two, 32, 1, {}, 'com.t')).toEqual([33, 1, subscription]);
    expect(await ask(two, 32, 2, {}, 'com.t')).toEqual([33, 2, subscription]);
    await ask(publisher, 32, 1, {}, 'com.t');
    const published = await ask(publisher, 16, 2, { acknowledge: true }, 'com.t', [1], { k: 2 });
    expect(published).toEqual([17, 2, ANY]);
    const event = [36, subscription, published[2], {}, [1], { k: 2 }];
    expect(await one.next()).toEqual(event);
    expect(await two.next()).toEqual(event);
    expect([two.unread, publisher.unread]).toEqual([0, 0]);
  });

  it('acknowledges a PUBLISH only on request', async () => {
    const client = await join();
    client.send([16, 1, {}, 'com.t']);
    client.send([16, 2, {}, 'com..t']);
    client.send([16, 3, { acknowledge: false }, 'wamp.t']);
    expect(await ask(client, 16, 4, { acknowledge: true }, 'com..t')).toEqual([
      8,
      16,
      4,
      {},
      'wamp.error.invalid_uri',
      [ANY],
    ]);
    expect(await ask(client, 16, 5, { acknowledge: true }, 'wamp.session.on_join')).toEqual([
      8,
      16,
      5,
      {},
      'wamp.error.invalid_uri',
      [ANY],
    ]);
  });

  it('sends PUBLISHED before the publisher’s own event if exclude_me is false', async () => {
    const client = await join();
    await ask(client, 32, 1, {}, 'com.t');
    expect(await ask(client, 16, 2, { acknowledge: true, exclude_me: false }, 'com.t')).toStartWith([17, 2]);
    expect(await client.next()).toStartWith([36]);
  });

  it('sends events only to receivers that the eligible and exclude lists allow', async () => {
    const [one, two, publisher] = [await connect(), await connect(), await join()];
    const [idOne, authidTwo] = [(await hello(one))[1], ((await hello(two))[2] as { authid: string }).authid];
    await ask(one, 32, 1, {}, 'com.t');
    await ask(two, 32, 1, {}, 'com.t');
    publisher.send([16, 1, { eligible: [idOne] }, 'com.t', ['for one']]);
    publisher.send([16, 2, { exclude: [idOne] }, 'com.t', ['for two']]);
    publisher.send([16, 3, { eligible: [] }, 'com.t', ['for nobody']]);
    publisher.send([16, 4, { eligible: [idOne], eligible_authid: [authidTwo] }, 'com.t', ['for nobody']]);
    publisher.send([16, 5, { exclude_authid: [authidTwo] }, 'com.t', ['for one again']]);
    publisher.send([16, 6, { eligible_authrole: ['anonymous'] }, 'com.t', ['for both']]);
    const argsOf = async (client: RawClient) => (await client.next())[4];
    expect([await argsOf(one), await argsOf(one), await argsOf(one)]).toEqual([
      ['for one'],
      ['for one again'],
      ['for both'],
    ]);
    expect([await argsOf(two), await argsOf(two)]).toEqual([['for two'], ['for both']]);
  });

  it('sends no event after UNSUBSCRIBE, and refuses to end another session’s subscription', async () => {
    const [client, publisher] = [await join(), await join()];
    const [, , subscription] = await ask(client, 32, 1, {}, 'com.t');
    const refused = [8, 34, 8, {}, 'wamp.error.no_such_subscription', [ANY]];
    expect(await ask(publisher, 34, 8, subscription)).toEqual(refused);
    expect(await ask(client, 34, 2, subscription)).toEqual([35, 2]);
    expect(await ask(client, 34, 8, subscription)).toEqual(refused);
    await ask(publisher, 16, 1, { acknowledge: true }, 'com.t');
    expect(await ask(client, 48, 3, {}, 'com.nothing')).toStartWith([8, 48, 3]);
  });

  it.each([
    ['prefix', 'com..t', 'wamp.error.invalid_uri'],
    ['wildcard', 'com.#', 'wamp.error.invalid_uri'],
    ['exact', 'com..t', 'wamp.error.invalid_uri'],
  ])('refuses a subscription with match %s to %s', async (match, topic, error) => {
    expect(await ask(await join(), 32, 1, { match }, topic)).toEqual([8, 32, 1, {}, error, [ANY]]);
  });

  it('lets clients subscribe to reserved topics that the router does not use yet', async () => {
    expect(await ask(await join(), 32, 1, {}, 'wamp.session.on_join')).toEqual([33, 1, ANY]);
  });
});
