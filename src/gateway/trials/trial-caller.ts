import type { Caller } from '../../upstream/caller.js';

/**
 * Who calls, for the templates of a procedure and for limits. The console has no session: 0 is not
 * the id of one (WAMP, "IDs"). So a procedure that needs `{{caller.session}}` can be tried too.
 */
export const TRIAL_CALLER: Omit<Caller, 'realm'> = { session: 0, authid: 'console', authrole: 'console' };
