import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { snippets } from '../../console/src/trials/snippets.js';

const REALM = 'com.example.myrealm';
const URI = 'com.billing.get_invoice';
const PLACE = { realm: REALM, uri: URI, curl: undefined, url: undefined };

describe('the snippets of a call', () => {
  it('are the same call in four languages', () => {
    const json = '{"id":"INV-001"}';
    expect(
      snippets({ ...PLACE, json, curl: 'curl https://billing.example.com' }).map(({ text }) => text),
    ).toEqual([
      'curl https://billing.example.com',
      `rpc-gateway call ${URI} --realm ${REALM} --kwargs '{"id":"INV-001"}'`,
      `const result = await session.call("${URI}", [], {"id":"INV-001"});`,
      `result = await session.call("${URI}", **json.loads("{\\"id\\":\\"INV-001\\"}"))`,
    ]);
  });

  it('have no curl command while there is no request', () => {
    expect(snippets({ ...PLACE, json: '{}' }).map(({ label }) => label)).not.toContain('curl');
  });

  it('name the router', () => {
    const [command] = snippets({ ...PLACE, json: '{}', url: 'ws://127.0.0.1:8080/ws' });
    expect(command?.text).toMatch(/ --url ws:\/\/127\.0\.0\.1:8080\/ws$/);
  });

  it('quote every value for the shell', () => {
    const json = JSON.stringify({ text: `it's "quoted" $HOME \`x\` \\ \n` });
    const place = { realm: "com.a;echo'x", uri: 'com.$(id).<get>', url: 'ws://host/$(id)' };
    const [command] = snippets({ ...PLACE, ...place, json });
    const script = command!.text.replace('rpc-gateway', "printf '%s|'");
    const words = [
      'call',
      'com.$(id).<get>',
      '--realm',
      "com.a;echo'x",
      '--kwargs',
      json,
      '--url',
      place.url,
      '',
    ];
    expect(spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout).toBe(words.join('|'));
  });
});
