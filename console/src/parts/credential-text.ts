import type { ServiceStatus } from '../../../dist/status/service-status.js';
import { duration } from '../format.js';

export function tokenText(token: ServiceStatus['token']): string {
  if (token === null) return '–';
  const { expires_in_seconds, callers } = token;
  if (callers !== null) return `of ${callers} caller${callers === 1 ? '' : 's'}`;
  return expires_in_seconds === null ? 'none now' : `expires in ${duration(expires_in_seconds)}`;
}

export function secretText(secret: ServiceStatus['secret']): string {
  if (secret === null) return '–';
  if (secret.age_seconds === null) return 'not read yet';
  return `read ${duration(secret.age_seconds)} ago`;
}
