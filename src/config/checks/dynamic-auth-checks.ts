import type { ConfigDraft } from '../drafts.js';
import type { SecurityFile } from '../security-file/load-security-file.js';
import type { RealmSecurity } from '../security-file/model.js';

/**
 * Adds a notice for each authenticator and authorizer that every client or no client can register.
 * Clients register these procedures, so the grants of the realm must say which client may do this.
 */
export function checkDeciding({ security }: ConfigDraft, file: SecurityFile): void {
  for (const [name, { authenticator, authorizer }] of security.settings.realms ?? []) {
    const realm = file.realms.get(name);
    const notify = (field: string, message: string) =>
      security.notify('realms.$realm', message, { name, field });
    if (authorizer !== undefined && realm?.securityEnabled === false) {
      notify('authorizer', 'has no effect: security is off in this realm');
    }
    const isOpen =
      realm?.securityEnabled === false || (realm?.grants === undefined && authorizer === undefined);
    if (authenticator !== undefined && isOpen) {
      notify(
        'authenticator',
        'every client of the realm can register this procedure; restrict it with grants',
      );
    }
    if (isOpen) continue;
    for (const [field, procedure] of Object.entries({ authenticator, authorizer })) {
      if (procedure === undefined || maySomebodyRegister(realm, procedure)) continue;
      // An authorizer may allow the registration of the authenticator, but not its own
      // registration.
      if (field === 'authenticator' && authorizer !== undefined) continue;
      notify(field, 'no grant allows a client to register this procedure');
    }
  }
}

function maySomebodyRegister(realm: RealmSecurity | undefined, procedure: string): boolean {
  const parts = procedure.split('.');
  return (realm?.grants ?? []).some(
    ({ permissions, resources }) =>
      permissions.includes('register') &&
      resources.some(({ uri, match }) => {
        if (match === 'exact') return uri === procedure;
        if (match === 'prefix') return procedure.startsWith(uri);
        const pattern = uri.split('.');
        return (
          pattern.length === parts.length &&
          pattern.every((part, index) => part === '' || part === parts[index])
        );
      }),
  );
}
