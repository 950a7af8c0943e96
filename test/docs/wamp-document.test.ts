import { describe, expect, it } from 'vitest';
import { ROUTER_ROLES } from '../../src/router/access/admission.js';
import { joinRealm } from '../../src/wamp/client/session.js';
import { IN_PROCESS, localPeers } from '../../src/wamp/peer.js';
import { WampError } from '../../src/wamp/wamp-error.js';
import { readDocument, tableBelow } from '../support/documents.js';
import { startRouterHost } from '../support/router-host.js';

const markdown = readDocument('docs/wamp.md');

/** The features that the table below a heading says are announced. */
function announcedBelow(heading: string): string[] {
  return tableBelow(markdown, heading).flatMap(([, announced]) => (announced === '' ? [] : [announced!]));
}

/** The features of a role in WELCOME. */
function announced(role: 'broker' | 'dealer'): string[] {
  const { features } = ROUTER_ROLES[role] as { features: Record<string, boolean> };
  return Object.keys(features).filter((name) => features[name]);
}

/** Names in the first or second column of the meta API's table; the first of a cell says what the others begin with. */
function metaNames(column: 0 | 1): string[] {
  return tableBelow(markdown, '### Meta API').flatMap((cells) => {
    const [first = '', ...others] = cells[column]!.split(', ');
    const prefix = first.slice(0, first.lastIndexOf('.') + 1);
    return first === '' ? [] : [first, ...others.map((name) => prefix + name)];
  });
}

describe('docs/wamp.md', () => {
  it('says of every feature that is announced what it is, and of no other that it was', () => {
    const tables = ['### Calls', '### Events', '### Sessions'].flatMap(announcedBelow);
    const all = [...announced('broker'), ...announced('dealer')];
    expect([...new Set(tables)].sort()).toEqual([...new Set(all)].sort());
  });

  it('says of no feature that is announced that it is not here', () => {
    const section = markdown.split('## Not here\n')[1]!.split('\n## ')[0]!.replaceAll(' ', '_').toLowerCase();
    for (const feature of [...announced('broker'), ...announced('dealer')]) {
      expect(section).not.toContain(feature);
    }
  });

  it('names meta procedures that are there', async () => {
    const host = await startRouterHost();
    const [ours, theirs] = localPeers();
    host.router.attach(theirs, { ...IN_PROCESS, trusted: false });
    const session = await joinRealm(ours, { realm: 'realm1' });
    const names = metaNames(0);
    expect(names.length).toBe(21);
    for (const name of names) {
      // Without arguments most refuse, with an error of their own.
      const answer = await session.call(name, {}).catch((error: unknown) => error);
      if (answer instanceof WampError) expect(answer.uri, name).not.toBe('wamp.error.no_such_procedure');
    }
    await session.leave();
    await host.dispose();
  });

  it('names keys that the configuration has', () => {
    const reference = readDocument('docs/reference/configuration.md');
    const keys = tableBelow(markdown, '## Limits').flatMap(([, cell]) => cell!.split(', '));
    expect(keys.length).toBeGreaterThan(20);
    for (const key of keys) expect(reference).toContain(`| \`${key.slice(key.lastIndexOf('.') + 1)}\` |`);
  });
});
