/** Why a request is refused before any route sees it. */
export interface Refusal {
  readonly kind: 'refused';
  readonly status: number;
  /** One word for programs. */
  readonly code: string;
  /** One sentence for people. It quotes nothing from the request. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

export function refusal(
  status: number,
  code: string,
  message: string,
  headers?: Refusal['headers'],
): Refusal {
  return { kind: 'refused', status, code, message, ...(headers && { headers }) };
}
