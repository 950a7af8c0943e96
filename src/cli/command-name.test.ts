import { describe, expect, it } from 'vitest';
import { commandName } from './command-name.js';

describe('the name of the command', () => {
  it.each([
    ['/home/me/gateway/bin/rpc-gateway.js', 'node bin/rpc-gateway.js'],
    ['/home/me/gateway/node_modules/.bin/rpc-gateway', 'npx rpc-gateway'],
    ['/usr/local/bin/rpc-gateway', 'rpc-gateway'],
    [undefined, 'rpc-gateway'],
  ])('is made from the path %s: %s', (script, name) => {
    expect(commandName(script, '/home/me/gateway')).toBe(name);
  });
});
