import { signal } from '@preact/signals';

/** The page that the address names: `#/services/billing` is `['services', 'billing']`. */
export const route = signal<readonly string[]>(readHash());

/**
 * The pages whose data the gateway gives. The files of the others are there, but nothing links to
 * them.
 */
const OPEN_PAGES: readonly string[] = ['', 'services', 'procedures', 'live', 'router', 'configuration'];

export const isOpen = (page: string): boolean => OPEN_PAGES.includes(page);

/** The address of a page. The parts may contain anything. Undefined for a page that is not open. */
export function linkTo(...parts: readonly string[]): string | undefined {
  const [page = ''] = parts;
  return isOpen(page) ? `#/${parts.map((part) => encodeURIComponent(part)).join('/')}` : undefined;
}

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
