import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { createEnvProvider } from './env.js';

const env = {
  CLIENT_ID: 'id',
  CLIENT_SECRET: 'S3CR3T',
  EMPTY: '',
  UNSET: undefined,
  CREDENTIALS: '{"db":{"password":"S3CR3T"}}',
  'DOTS.x': 'as it is',
};

const read = async (...names: string[]) => {
  const fields = await createEnvProvider(names, env).read();
  return names.map((name) => fields.get(name));
};

it('reads only the named variables', async () => {
  expect(await read('CLIENT_SECRET', 'EMPTY', 'UNSET', 'ABSENT')).toEqual([
    'S3CR3T',
    '',
    undefined,
    undefined,
  ]);
  expect((await createEnvProvider(['CLIENT_ID'], env).read()).get('CLIENT_SECRET')).toBeUndefined();
});

it('does not read properties from the prototype of the environment', async () => {
  expect(await read('toString', '__proto__', 'constructor.name')).toEqual([undefined, undefined, undefined]);
});

it('reads fields of the JSON in a variable', async () => {
  expect(await read('CREDENTIALS.db.password', 'CREDENTIALS.none', 'DOTS.x')).toEqual([
    'S3CR3T',
    undefined,
    'as it is',
  ]);
  const fields = await createEnvProvider(['CLIENT_SECRET.a'], env).read();
  expect(() => fields.get('CLIENT_SECRET.a')).toThrow(/^the environment variable CLIENT_SECRET is not JSON/);
});

it('hides its values from print', async () => {
  const fields = await createEnvProvider(['CLIENT_SECRET'], env).read();
  expect(inspect({ fields }, { depth: 9 }) + JSON.stringify({ fields })).not.toContain('S3CR3T');
});
