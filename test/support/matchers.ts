import { expect } from 'vitest';

declare module 'vitest' {
  interface Matchers {
    /** The list begins with these elements; what follows does not matter. */
    toStartWith(elements: readonly unknown[]): void;
  }
}

expect.extend({
  toStartWith(received: readonly unknown[], elements: readonly unknown[]) {
    const head = received.slice(0, elements.length);
    return {
      pass: this.equals(head, elements),
      message: () =>
        `${this.utils.printReceived(received)} should begin with ${this.utils.printExpected(elements)}`,
    };
  },
});
