import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { billingConf } from '../../support/billing-conf.js';
import { awsVariables, type SecretsManager, startSecretsManager } from '../../support/secrets-manager.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

const COMMAND = fileURLToPath(new URL('../../../bin/rpc-gateway.js', import.meta.url));
/** Lets the process warn when it is told to, so that it does so on every version of Node.js. */
const WARN_ON_SIGNAL = `data:text/javascript,${encodeURIComponent(
  `process.on('SIGUSR2', () => process.emitWarning('two\\nlines', { type: 'TestWarning', code: 'TEST' }));`,
)}`;
const SECRETS = [
  '+auth.secrets.provider = aws_sm',
  '+auth.secrets.secret_id = billing-creds',
  '+auth.secrets.region = us-east-1',
  '+auth.secrets.vars.token.field = TOKEN',
];

let folder: TemporaryFolder;
let endpoint: SecretsManager;
beforeEach(async () => {
  folder = createTemporaryFolder();
  endpoint = await startSecretsManager({ TOKEN: 't' });
});
afterEach(async () => {
  await endpoint.close();
  folder.remove();
});

/** The built command as a process of its own, under an old Node.js about which the AWS SDK complains. */
it('a gateway writes only JSON records to stderr, even for warnings of the process', async () => {
  const conf = billingConf('http://127.0.0.1:9', ...SECRETS, 'listeners.main.port = 0');
  const file = folder.write('bondy.conf', conf);
  const { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: _, ...env } = {
    ...process.env,
    ...awsVariables(endpoint.url),
  };
  const gateway = spawn(process.execPath, ['--import', WARN_ON_SIGNAL, COMMAND, 'start', '--config', file], {
    env,
  });
  let text = '';
  let isTold = false;
  gateway.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    // Once: a second one would end it at once, and by the signal.
    if (isTold || !text.includes('TestWarning')) return;
    isTold = true;
    gateway.kill('SIGTERM');
  });
  gateway.stdout.once('data', () => gateway.kill('SIGUSR2'));
  expect(await once(gateway, 'close')).toEqual([0, null]);
  const records = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(records).toContainEqual(
    expect.objectContaining({ level: 'warn', warning: 'TestWarning', code: 'TEST', message: 'two lines' }),
  );
  expect(endpoint.requests).toHaveLength(1);
});
