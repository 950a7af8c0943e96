/** What happened and what to do, by the code of the gateway's error. A test holds it equal to docs/errors.md. */
export const ERROR_ADVICE: Readonly<Record<string, readonly [happened: string, advice: string]>> = {
  bad_request: [
    'the gateway cannot build a request from the kwargs, and sends nothing; message names the kwarg and the reason',
    'correct the call',
  ],
  connect: [
    'the gateway cannot connect to the upstream, or loses the connection; with TLS 1.3 also: the client certificate is missing',
    'check that the API runs; after a POST, find out whether the API carried it out before you send it again',
  ],
  tls: [
    'the TLS handshake fails, for example because the gateway cannot verify the certificate',
    'see tls.cacertfile and tls.servername',
  ],
  bad_answer: [
    "the response is too large, or the gateway cannot read it, or cannot write it in the caller's format (then message says so)",
    'see the log; see pool.max_response_size and pool.max_response_header_size',
  ],
  timeout: ['there is no response in time', 'see timeout and deadline'],
  overload: [
    'too many calls wait for this service, in total or of this caller',
    'call again later, and send fewer calls at a time; the log names the key: see pool.size, pool.max_waiting, pool.max_waiting_per_caller',
  ],
  rate_limited: [
    'the gateway sends as many requests to this service as it may, or the API has asked to wait',
    'call again after retry_after seconds; see limit.rate and limit.obey_retry_after in quotas.md',
  ],
  down: [
    'the service is down, its circuit breaker is open, or the gateway is stopping',
    'call again after retry_after seconds; see operations.md',
  ],
  auth: ['the gateway has no token for the upstream', 'call again later; see the log and authentication.md'],
  secrets: [
    "the gateway has not read the service's credentials yet",
    'call again later; see the log and authentication.md',
  ],
  canceled: ['the caller cancelled the call', 'nothing'],
  too_large: [
    'the response is larger than router.max_frame_size, or larger than the router accepts',
    'request less from the API; or raise router.max_frame_size, if the router accepts larger frames',
  ],
  internal: ['a bug in the gateway', 'report it with the record in the log'],
};
