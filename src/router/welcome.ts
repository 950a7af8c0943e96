import { asDict, type Dict } from '../wamp/payload.js';

/**
 * Details of a WELCOME, from all that there is to tell down to what none can do without (WAMP, "WELCOME": the router's
 * roles). A client over RawSocket may take no more than 512 octets of a message; one for whom WELCOME is too large could
 * never join.
 */
export function* shrinkingDetails(details: Dict): Generator<Dict> {
  yield details;
  const { agent: _agent, authextra, roles: _roles, ...identity } = details;
  // Features are most of it, and a client can find out what works. Both are there since wampy reads them.
  const roles = { broker: { features: {} }, dealer: { features: {} } };
  yield { ...identity, authextra, roles };
  // By this the client of a WAMP-SCRAM login knows that the router has its password's keys (RFC 5802 section 5).
  const verifier = asDict(authextra)?.['verifier'];
  const proof = verifier === undefined ? {} : { authextra: { verifier } };
  yield { ...identity, ...proof, roles };
  const { authid, authrole } = identity as Dict;
  yield { authid, authrole, ...proof, roles };
  yield { ...proof, roles };
  yield { roles };
}
