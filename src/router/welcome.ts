import { asDict, type Dict } from '../wamp/payload.js';

/**
 * Details of a WELCOME: first complete, then with less and less, down to the roles, which every
 * client needs (WAMP, "WELCOME"). A client over RawSocket may accept messages of 512 octets only;
 * without a shorter WELCOME it could never join.
 */
export function* shrinkingDetails(details: Dict): Generator<Dict> {
  yield details;
  const { agent: _agent, authextra, roles: _roles, ...identity } = details;
  // Features take the most space, and a client can find out what works. wampy reads both
  // `features`.
  const roles = { broker: { features: {} }, dealer: { features: {} } };
  yield { ...identity, authextra, roles };
  // The verifier proves to a WAMP-SCRAM client that the router has its password's keys (RFC 5802
  // section 5).
  const verifier = asDict(authextra)?.['verifier'];
  const proof = verifier === undefined ? {} : { authextra: { verifier } };
  yield { ...identity, ...proof, roles };
  const { authid, authrole } = identity as Dict;
  yield { authid, authrole, ...proof, roles };
  yield { ...proof, roles };
  yield { roles };
}
