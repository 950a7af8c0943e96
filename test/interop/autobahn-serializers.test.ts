import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RouterHost, startRouterHost } from '../support/router-host.js';
import { findPythonWithAutobahn, runPython } from './python.js';

const python = await findPythonWithAutobahn();

describe.skipIf(python === undefined)('autobahn|python over JSON, MessagePack and CBOR', () => {
  let host: RouterHost;
  beforeAll(async () => {
    host = await startRouterHost();
  });
  afterAll(() => host.dispose());

  it('calls itself over each from each, with every kind of value, and publishes', async () => {
    const printed = await runPython(python!, 'autobahn_serializers.py', host.url, 'realm1');
    const names = ['json', 'msgpack', 'cbor'];
    expect(printed.trim().split('\n')).toEqual([
      ...names.flatMap((caller) => names.map((callee) => `${caller} calls ${callee}`)),
      ...names.map((publisher) => `${publisher} publishes`),
    ]);
    // It drops a connection whose messages it does not like, and tells the router nothing but a close code.
    expect(host.logged.filter((line) => /violation|could not be/.test(line))).toEqual([]);
  });
});
