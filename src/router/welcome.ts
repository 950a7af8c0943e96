import { asDict, type Dict } from '../wamp/payload.js';

/**
 * Yields the details of a WELCOME, from the complete ones to shorter and shorter ones. The shortest
 * has only the roles, which every client needs (WAMP, "WELCOME"). A RawSocket client may accept
 * only messages of up to 512 octets. Without a shorter WELCOME it could never join.
 */
export function* shrinkingDetails(details: Dict): Generator<Dict> {
  yield details;
  const { agent: _agent, authextra, roles: _roles, ...identity } = details;
  // Omits the features first. They take the most space, and a client can work without them. Each
  // role keeps an empty `features`, because the client library wampy reads it.
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
