import { afterEach, beforeEach, expect, it } from 'vitest';
import { billingConf } from '../../test/support/billing-conf.js';
import { runCommand } from '../../test/support/command.js';
import {
  awsVariables,
  replaceAwsEnvironment,
  type SecretsManager,
  startSecretsManager,
} from '../../test/support/secrets-manager.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../test/support/temporary-folder.js';

let folder: TemporaryFolder;
let endpoint: SecretsManager;
let restore: () => void;
beforeEach(async () => {
  folder = createTemporaryFolder();
  endpoint = await startSecretsManager();
  restore = replaceAwsEnvironment(awsVariables(endpoint.url));
});
afterEach(async () => {
  restore();
  await endpoint.close();
  folder.remove();
});

it('start prints no ready line if the gateway is stopped during its start', async () => {
  endpoint.hang();
  const conf = billingConf(
    'http://127.0.0.1:9',
    '+auth.secrets.provider = aws_sm',
    '+auth.secrets.secret_id = billing-creds',
    '+auth.secrets.region = us-east-1',
    '+auth.secrets.vars.token.field = TOKEN',
    'listeners.main.port = 0',
  );
  const command = runCommand(['start', '--config', folder.write('bondy.conf', conf)]);
  await endpoint.arrived(1);
  command.send('SIGTERM');
  expect(await command.ended).toBe(0);
  expect(command.out()).toBe('');
  expect(command.err()).toContain('"signal":"SIGTERM"');
}, 20_000);
