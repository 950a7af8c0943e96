import { afterEach } from 'vitest';

/**
 * Closes after each test what the test has opened, one after the other, the last first.
 *
 * @returns a function that takes what to close, or a function that closes it, and returns it
 */
export function closeAfterEach(): <T extends { close(): unknown } | (() => unknown)>(opened: T) => T {
  const all: ({ close(): unknown } | (() => unknown))[] = [];
  afterEach(async () => {
    for (const opened of all.splice(0).reverse()) {
      if (typeof opened === 'function') await opened();
      else await opened.close();
    }
  });
  return (opened) => {
    all.push(opened);
    return opened;
  };
}
