import type { Login } from './login.js';

/** WAMP "Ticket-based Authentication": the client sends its password or ticket unchanged. */
export function ticketLogin(ticket: string): Login {
  return { method: 'ticket', respond: () => ({ signature: ticket }) };
}
