import type { IncomingMessage } from 'node:http';
import { type AllowedHost, allowedHost } from './allowed-hosts.js';
import { checkContent, checkMethod } from './check-content.js';
import { checkHost, checkOrigin } from './check-host.js';
import { checkToken, digestOf, type TokenDigest } from './check-token.js';
import type { Refusal } from './refusal.js';
import { type RequestHead, readRequestHead } from './request-head.js';

/** Who may use the admin listener: `admin.token` and `admin.hosts`. */
export interface Access {
  readonly token: TokenDigest | undefined;
  readonly hosts: readonly AllowedHost[];
}

export function createAccess(settings: {
  readonly token: string | undefined;
  readonly hosts: readonly string[];
}): Access {
  return {
    token: settings.token === undefined ? undefined : digestOf(settings.token),
    hosts: settings.hosts.map(allowedHost),
  };
}

/**
 * Judges a request before any route sees it. This is the only place that decides about security, so
 * a new route is as safe as the others.
 */
export function judgeRequest(request: IncomingMessage, access: Access): RequestHead | Refusal {
  const head = readRequestHead(request);
  if (head.kind === 'refused') return head;
  return (
    checkHost(head, access.hosts) ??
    checkOrigin(head, access.hosts) ??
    // Before the checks that would tell which methods there are.
    checkToken(head, access.token) ??
    checkMethod(head) ??
    checkContent(head) ??
    head
  );
}
