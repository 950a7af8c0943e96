import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { snippets } from '../../console/src/trials/snippets.js';

const REALM = 'com.example.myrealm';
const URI = 'com.billing.get_invoice';

describe('the snippets of a call', () => {
  it('are the same call in four languages', () => {
    const json = '{"id":"INV-001"}';
    expect(snippets(REALM, URI, json, 'curl https://billing.example.com').map(({ text }) => text)).toEqual([
      'curl https://billing.example.com',
      `rpc-gateway call ${URI} --realm ${REALM} --kwargs '{"id":"INV-001"}'`,
      `const result = await session.call("${URI}", [], {"id":"INV-001"});`,
      `result = await session.call("${URI}", **json.loads("{\\"id\\":\\"INV-001\\"}"))`,
    ]);
  });

  it('have no curl command while there is no request', () => {
    expect(snippets(REALM, URI, '{}', undefined).map(({ label }) => label)).not.toContain('curl');
  });

  it('quote every value for the shell', () => {
    const json = JSON.stringify({ text: `it's "quoted" $HOME \`x\` \\ \n` });
    const [command] = snippets("com.a;echo'x", 'com.$(id).<get>', json, undefined);
    const script = command!.text.replace('rpc-gateway', "printf '%s|'");
    const words = ['call', 'com.$(id).<get>', '--realm', "com.a;echo'x", '--kwargs', json, ''];
    expect(spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout).toBe(words.join('|'));
  });
});
