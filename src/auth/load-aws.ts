import type { AwsLibraries } from './aws-credentials.js';
import { createSigV4, type SigV4Options } from './sigv4.js';

/**
 * Loads the signer and the credential chain of the AWS SDK: environment, shared files, web identity,
 * container and instance roles. Only services that sign need them.
 */
export async function loadAws(options: SigV4Options): Promise<AwsLibraries> {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  return { credentials: defaultProvider({}), sign: await createSigV4(options) };
}
