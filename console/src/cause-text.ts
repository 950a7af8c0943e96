/** What the codes of the operating system mean. Node puts them into its messages. */
const MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at its address',
  ECONNRESET: 'it closed the connection before its response',
  EHOSTUNREACH: 'its host cannot be reached',
  ENETUNREACH: 'its network cannot be reached',
  ENOTFOUND: 'its host name is unknown',
  EAI_AGAIN: 'the name server does not respond',
  ETIMEDOUT: 'it does not respond in time',
};

/** "connect ECONNREFUSED" → "nothing listens at its address (connect ECONNREFUSED)" */
export function causeText(cause: string): string {
  const meaning = MEANINGS[/\bE[A-Z_]+\b/.exec(cause)?.[0] ?? ''];
  return meaning === undefined ? cause : `${meaning} (${cause})`;
}
