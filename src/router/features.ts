import { asDict, type Dict } from '../wamp/payload.js';
import type { SessionFeatures } from './model.js';

/**
 * The features in HELLO that change what the router sends or accepts. Only `true` announces a
 * feature, because features are booleans (WAMP, "Feature Announcement").
 */
export function announcedFeatures(details: Dict): SessionFeatures {
  const caller = featuresOf(details, 'caller');
  const callee = featuresOf(details, 'callee');
  const publisher = featuresOf(details, 'publisher');
  return {
    caller: {
      callCanceling: caller?.['call_canceling'] === true,
      progressiveCallResults: caller?.['progressive_call_results'] === true,
      payloadPassthru: caller?.['payload_passthru_mode'] === true,
    },
    callee: {
      callCanceling: callee?.['call_canceling'] === true,
      callTimeout: callee?.['call_timeout'] === true,
      progressiveCallResults: callee?.['progressive_call_results'] === true,
      callReroute: callee?.['call_reroute'] === true,
      registrationRevocation: callee?.['registration_revocation'] === true,
      payloadPassthru: callee?.['payload_passthru_mode'] === true,
    },
    publisher: { payloadPassthru: publisher?.['payload_passthru_mode'] === true },
  };
}

function featuresOf(details: Dict, role: string): Dict | undefined {
  return asDict(asDict(asDict(details['roles'])?.[role])?.['features']);
}
