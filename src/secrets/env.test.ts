import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { createEnvProvider } from './env.js';

const env = { CLIENT_ID: 'id', CLIENT_SECRET: 'S3CR3T', EMPTY: '', UNSET: undefined };

it('reads the variables that are named, and no others', async () => {
  const fields = await createEnvProvider(['CLIENT_SECRET', 'EMPTY', 'UNSET', 'ABSENT'], env).read();
  expect([...fields]).toEqual([
    ['CLIENT_SECRET', 'S3CR3T'],
    ['EMPTY', ''],
    // A field that is undefined is missing, as one that is not there.
    ['UNSET', undefined],
  ]);
});

it('knows nothing that an environment inherits from its prototype', async () => {
  const fields = await createEnvProvider(['toString', '__proto__'], env).read();
  expect([...fields.keys()]).toEqual([]);
});

it('hides its values from print', async () => {
  const fields = await createEnvProvider(['CLIENT_SECRET'], env).read();
  expect(inspect({ fields }, { depth: 9 }) + JSON.stringify({ fields })).not.toContain('S3CR3T');
});
