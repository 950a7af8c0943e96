import { render } from 'preact';
import { html } from './html.js';
import { Configuration } from './pages/configuration.js';
import { Live } from './pages/live.js';
import { Overview } from './pages/overview.js';
import { Procedure } from './pages/procedure.js';
import { Procedures } from './pages/procedures.js';
import { Router } from './pages/router.js';
import { Service } from './pages/service.js';
import { Banner } from './parts/banner.js';
import { DemoSwitch } from './parts/demo-switch.js';
import { Navigation } from './parts/navigation.js';
import { followAddress, route } from './route.js';
import { startStream } from './stream.js';

function Page() {
  const [page = '', first, second] = route.value;
  switch (page) {
    case '':
      return html`<${Overview} />`;
    case 'services':
      return html`<${Service} key=${first} name=${first ?? ''} />`;
    case 'procedures':
      return first === undefined || second === undefined
        ? html`<${Procedures} />`
        : html`<${Procedure} key=${`${first} ${second}`} realm=${first} uri=${second} />`;
    case 'live':
      return html`<${Live} />`;
    case 'router':
      return html`<${Router} realm=${first} />`;
    case 'configuration':
      return html`<${Configuration} />`;
    default:
      return html`<${NotFound} />`;
  }
}

function NotFound() {
  return html`<h1>Not found</h1><p class="empty">There is no such page. <a href="#/">Overview</a></p>`;
}

function App() {
  return html`
    <a class="skip" href="#main" onClick=${focusMain}>Skip to the page</a>
    <header><strong class="brand">RPC Gateway</strong><${Navigation} /><${DemoSwitch} /></header>
    <${Banner} />
    <main id="main" tabindex="-1"><${Page} /></main>`;
}

/** The address keeps naming the page. */
function focusMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

const root = document.getElementById('app');
if (root !== null) {
  root.textContent = '';
  followAddress();
  startStream();
  render(html`<${App} />`, root);
}
