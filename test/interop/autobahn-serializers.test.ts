import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RouterHost, startRouterHost } from '../support/router-host.js';
import { findPythonWithAutobahn, runPython } from './python.js';

const python = await findPythonWithAutobahn();
const WHY = 'no Python with autobahn: apt-get install python3-autobahn python3-cbor2';
if (python === undefined && process.env['CI']) throw new Error(WHY);
if (python === undefined) console.warn(`skipped: ${WHY}`);

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
