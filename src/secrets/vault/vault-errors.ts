import { SecretError } from '../provider.js';

/** Statuses with one meaning for every request (Vault, HTTP API, HTTP status codes). */
const STATUSES: Readonly<Record<number, string>> = {
  307: 'this node of Vault is a standby that forwards no requests: use the address of the active node or of a load balancer',
  407: 'the proxy refuses the user name or the password',
  412: 'this node of Vault has not caught up yet',
  429: 'too many requests, or the node is a standby',
  472: 'this node is a disaster recovery secondary: use the address of the primary',
  473: 'this node is a performance standby',
  500: 'internal error',
  502: 'a server behind Vault or a proxy has failed',
  503: 'Vault is sealed or in maintenance',
};

/** Describes the status of a failed request. Never quotes the response. */
export function vaultError(status: number, meanings: Readonly<Record<number, string>>): SecretError {
  const meaning = meanings[status] ?? STATUSES[status] ?? 'the request failed';
  return new SecretError(`Vault: ${meaning} (status ${status})`);
}
