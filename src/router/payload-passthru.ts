import { ProtocolViolation } from '../wamp/decode.js';
import type { Dict, Payload } from '../wamp/payload.js';

const KEYS = ['ppt_scheme', 'ppt_serializer', 'ppt_cipher', 'ppt_keyid'] as const;

/** True where the sender packed its payload by itself (WAMP, "Payload Passthru Mode"): nobody else looks into it. */
export function isPacked(options: Dict): boolean {
  const scheme = options['ppt_scheme'];
  return typeof scheme === 'string' && scheme !== '';
}

/** How a payload is packed, for the details of the message that hands it on. */
export function packingOf(options: Dict): Dict {
  const packing: Record<string, unknown> = {};
  for (const key of KEYS) if (typeof options[key] === 'string') packing[key] = options[key];
  return packing;
}

/**
 * Sees that a message which is packed comes from one who announced that it would.
 *
 * @throws ProtocolViolation
 */
export function checkPacking(name: string, options: Dict, announced: boolean): void {
  if (!announced && isPacked(options)) {
    throw new ProtocolViolation(`${name}: payload_passthru_mode was not announced`);
  }
}

/** True for the older form, a bare string or byte string in the place of args, which this router hands on to nobody. */
export function isOpaque(payload: Payload): boolean {
  return payload.opaque !== undefined;
}
