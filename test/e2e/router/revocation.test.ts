import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { IN_PROCESS, localPeers } from '../../../src/wamp/peer.js';
import { ANY, CAPABLE, PLAIN_CALLEE, useRouter } from '../../support/contract.js';
import { hello, rawOver } from '../../support/raw-client.js';
import { CONTRACT_MATRIX } from '../../support/transport-matrix.js';

const FORCE = { force_reregister: true };

describe.each(CONTRACT_MATRIX)('revocation over $name', (transport) => {
  const { host, join, ask } = useRouter(transport);

  it('removes a registration from all its callees, and notifies those that support it', async () => {
    const [one, two, deaf] = [await join(CAPABLE), await join(CAPABLE), await join(PLAIN_CALLEE)];
    const shared = { invoke: 'roundrobin' };
    const [, , old] = await ask(one, MESSAGE.REGISTER, 1, shared, 'com.a');
    for (const client of [two, deaf]) await ask(client, MESSAGE.REGISTER, 1, shared, 'com.a');
    const heir = await join();
    // The policy can change, because the old registration is gone.
    const registered = await ask(heir, MESSAGE.REGISTER, 1, { ...FORCE, invoke: 'single' }, 'com.a');
    expect(registered).toEqual([MESSAGE.REGISTERED, 1, ANY]);
    expect(registered[2]).not.toBe(old);
    for (const client of [one, two]) {
      expect(await client.next()).toEqual([MESSAGE.UNREGISTERED, 0, { registration: old, reason: ANY }]);
    }
    expect(await ask(deaf, MESSAGE.UNREGISTER, 2, old)).toStartWith([
      MESSAGE.ERROR,
      MESSAGE.UNREGISTER,
      2,
      {},
      'wamp.error.no_such_registration',
    ]);
    const caller = await join();
    caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
    expect(await heir.next()).toStartWith([MESSAGE.INVOCATION, 1, registered[2]]);
    heir.send([MESSAGE.YIELD, 1, {}]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}]);
    expect([one.unread, two.unread, deaf.unread]).toEqual([0, 0, 0]);
  });

  it('leaves open calls to their callees', async () => {
    const [callee, caller] = [await join(CAPABLE), await join()];
    await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.a');
    caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
    const [, invocation] = await callee.next();
    await ask(await join(), MESSAGE.REGISTER, 1, FORCE, 'com.a');
    expect(await callee.next()).toStartWith([MESSAGE.UNREGISTERED, 0]);
    callee.send([MESSAGE.YIELD, invocation, {}, ['still mine']]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}, ['still mine']]);
  });

  it('registers as usual if there is nothing to revoke', async () => {
    expect(await ask(await join(), MESSAGE.REGISTER, 1, FORCE, 'com.a')).toEqual([
      MESSAGE.REGISTERED,
      1,
      ANY,
    ]);
  });

  it('removes nothing from sessions in the process of the router', async () => {
    const [ours, theirs] = localPeers();
    host().router.attach(theirs, IN_PROCESS);
    const trusted = rawOver(ours);
    await hello(trusted, 'realm1', CAPABLE);
    await ask(trusted, MESSAGE.REGISTER, 1, {}, 'com.a');
    expect(await ask(await join(), MESSAGE.REGISTER, 1, FORCE, 'com.a')).toStartWith([
      MESSAGE.ERROR,
      MESSAGE.REGISTER,
      1,
      {},
      'wamp.error.procedure_already_exists',
    ]);
    expect(trusted.unread).toBe(0);
    trusted.close();
  });
});
