import { type ClientMetadata, errors, type default as Provider } from 'oidc-provider';
import { type OidcIdp, type OidcIdpOptions, startOidcIdp } from './oidc-idp.js';

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** The client that may exchange the tokens of users. */
export const EXCHANGE_CLIENT = { id: 'my-client-id-2', secret: 's+cret:2' };
/** The client that users log in with. */
const WEB_CLIENT = 'web-page';

export interface TokenExchangeIdp {
  readonly idp: OidcIdp;
  /** Issues the access token of a user, as the user's web page has it. */
  userToken(user: string): Promise<string>;
}

/** The real oidc-provider with the grant type of RFC 8693. */
export async function startTokenExchangeIdp(): Promise<TokenExchangeIdp> {
  let provider: Provider | undefined;
  const options: OidcIdpOptions = {
    clients: [
      client(EXCHANGE_CLIENT.id, EXCHANGE_CLIENT.secret, [GRANT]),
      client(WEB_CLIENT, 'web-secret', []),
    ],
    extend(created) {
      provider = created;
      addTokenExchange(created);
    },
  };
  const idp = await startOidcIdp(options);
  return {
    idp,
    async userToken(user) {
      const web = await provider?.Client.find(WEB_CLIENT);
      if (provider === undefined || web === undefined) throw new Error('the provider has not started');
      return await new provider.AccessToken({ accountId: user, client: web, grantId: '' } as never).save();
    },
  };
}

/** RFC 8693 section 2: the token of a user becomes a token of the same user for another API. */
function addTokenExchange(provider: Provider): void {
  provider.registerGrantType(
    GRANT,
    async (ctx, next) => {
      const { params, client: asking } = ctx.oidc;
      if (params?.['subject_token_type'] !== ACCESS_TOKEN) {
        throw new errors.InvalidRequest('subject_token_type is not supported');
      }
      const subject = await provider.AccessToken.find(String(params['subject_token']));
      if (subject === undefined || subject.isExpired) throw new errors.InvalidGrant('no such subject_token');
      const issued = new provider.AccessToken({
        accountId: subject.accountId,
        client: asking,
        grantId: '',
        scope: params['scope'],
      } as never);
      ctx.body = {
        access_token: await issued.save(),
        issued_token_type: ACCESS_TOKEN,
        token_type: 'Bearer',
        expires_in: issued.expiration,
      };
      await next();
    },
    ['subject_token', 'subject_token_type', 'audience', 'scope'],
  );
}

function client(id: string, secret: string, grants: readonly string[]): ClientMetadata {
  return {
    client_id: id,
    client_secret: secret,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: [...grants],
    redirect_uris: [],
    response_types: [],
    id_token_signed_response_alg: 'ES256',
  };
}
