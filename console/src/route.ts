import { signal } from '@preact/signals';

/** The page that the address names: `#/services/billing` is `['services', 'billing']`. */
export const route = signal<readonly string[]>(readHash());

/** The address of a page. The parts may contain anything. */
export const linkTo = (...parts: readonly string[]): string =>
  `#/${parts.map((part) => encodeURIComponent(part)).join('/')}`;

export function followAddress(): void {
  addEventListener('hashchange', () => {
    route.value = readHash();
  });
}

function readHash(): readonly string[] {
  return location.hash
    .replace(/^#\/?/, '')
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
