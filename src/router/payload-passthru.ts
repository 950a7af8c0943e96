import { ProtocolViolation } from '../wamp/decode.js';
import type { Dict, Payload } from '../wamp/payload.js';

const KEYS = ['ppt_scheme', 'ppt_serializer', 'ppt_cipher', 'ppt_keyid'] as const;

/**
 * True if the sender packed its payload itself (WAMP, "Payload Passthru Mode"). The router does not
 * read such a payload.
 */
export function isPacked(options: Dict): boolean {
  const scheme = options['ppt_scheme'];
  return typeof scheme === 'string' && scheme !== '';
}

/**
 * Returns the attributes that describe how a payload is packed, for the details of the outgoing
 * message.
 */
export function packingOf(options: Dict): Dict {
  const packing: Record<string, unknown> = {};
  for (const key of KEYS) if (typeof options[key] === 'string') packing[key] = options[key];
  return packing;
}

/**
 * Checks that the sender of a packed payload has announced the feature.
 *
 * @throws ProtocolViolation
 */
export function checkPacking(name: string, options: Dict, announced: boolean): void {
  if (!announced && isPacked(options)) {
    throw new ProtocolViolation(`${name}: payload_passthru_mode was not announced`);
  }
}

/**
 * True for the older form of passthru: a bare string or byte string instead of args. The router
 * refuses it.
 */
export function isOpaque(payload: Payload): boolean {
  return payload.opaque !== undefined;
}
