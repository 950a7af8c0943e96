import { html } from '../html.js';
import { linkTo, route } from '../route.js';

const PAGES = [
  ['Overview', ''],
  ['Procedures', 'procedures'],
  ['Live', 'live'],
  ['Router', 'router'],
  ['Configuration', 'configuration'],
] as const;

/** Service pages belong to the overview. */
const parentOf = (page: string): string => (page === 'services' ? '' : page);

export function Navigation() {
  const open = parentOf(route.value[0] ?? '');
  return html`<nav aria-label="Pages">
    ${PAGES.map(
      ([label, page]) =>
        html`<a href=${linkTo(page)} aria-current=${open === page ? 'page' : undefined}>${label}</a>`,
    )}
  </nav>`;
}
