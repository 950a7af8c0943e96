import type { Variables } from '../../src/secrets/variables.js';

/** Variables that a test can change; `undefined` is a secret that has not been read yet. */
export interface TestVariables extends Variables {
  change(vars: Readonly<Record<string, string>> | undefined): void;
  /** What the next reread does. */
  nextReread: (() => Promise<void> | void) | undefined;
  rereads: number;
}

export function testVariables(first: Readonly<Record<string, string>> | undefined): TestVariables {
  const asMap = (vars: typeof first) => vars && new Map(Object.entries(vars));
  let current = asMap(first);
  const listeners: (() => void)[] = [];
  const variables: TestVariables = {
    nextReread: undefined,
    rereads: 0,
    current: () => current,
    start: async () => {},
    async reread() {
      variables.rereads += 1;
      await variables.nextReread?.();
    },
    onChange: (listener) => listeners.push(listener),
    retryAfterMs: () => undefined,
    secret: undefined,
    close() {},
    change(vars) {
      current = asMap(vars);
      for (const listener of listeners) listener();
    },
  };
  return variables;
}
