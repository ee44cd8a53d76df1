import { join } from 'node:path';
import { destinationOf } from '@dormouse/cli/new/destination';
import { publicPaths, routesOf } from '@dormouse/cli/new/function-routes';
import { describe, expect, test } from 'vitest';
import { findGaps } from './joints/find-gaps.ts';
import { readProject } from './joints/project.ts';

const root = join(import.meta.dirname, '..');

test('functions, manifests, contracts, Triggers and routes fit together (npm run joints)', async () => {
  expect(await findGaps(root)).toEqual([]);
});

/** What holds in this system, whichever functions it has. */
const { platform, functions } = await readProject(root);

describe('events and Triggers', () => {
  test('there is something to look at', () => {
    expect(functions).toEqual(
      expect.arrayContaining(['auth', 'categories', 'journal', 'migrate', 'posts', 'relay', 'web']),
    );
    expect(platform.triggers.length).toBeGreaterThan(4);
  });

  test.each(platform.triggers)(
    '$name delivers to /events of a function, or its own events to /batches',
    ({ name, subscriber }) => {
      expect(subscriber).toMatchObject({
        kind: 'service',
        namespace: 'dormouse',
        path: ['journal-batches', 'webhooks-deliveries', 'mail-requests', 'mail-newsletters'].includes(name)
          ? '/batches'
          : '/events',
      });
    },
  );

  test('the archive alone takes every event', () => {
    expect(platform.triggers.filter(({ filters }) => filters.length === 0).map(({ name }) => name)).toEqual([
      'journal-archive',
    ]);
  });

  test('what cannot be delivered goes to the journal, which answers there', async () => {
    const sinks = [...platform.brokers, ...platform.triggers].flatMap(({ delivery }) => delivery.deadLetterSink ?? []);
    expect(sinks).toEqual([{ kind: 'service', name: 'journal', namespace: 'dormouse', path: '/dead-letters' }]);
    expect(await routesOf(root, 'journal')).toContainEqual({ method: 'POST', path: '/dead-letters' });
  });

  test('the relay is woken each minute, by nothing else', async () => {
    expect(platform.pingSources.filter(({ sink }) => sink.kind === 'service' && sink.name === 'relay')).toMatchObject([
      { schedule: '* * * * *' },
    ]);
    expect(
      platform.triggers.filter(({ subscriber }) => subscriber.kind === 'service' && subscriber.name === 'relay'),
    ).toEqual([]);
    for (const path of publicPaths(await routesOf(root, 'relay')))
      expect(destinationOf(platform, path)).not.toBe('relay');
  });
});

describe('the ingress', () => {
  test.each([
    ['/', 'web'],
    ['/blog/', 'web'],
    ['/blog/posts/a-slug', 'web'],
    ['/blog/media/abc', 'web'],
    ['/blog/media/pictures/abc-1280.jpg', 'media'],
    ['/blog/api/search', 'search'],
    ['/blog/api/posts/1/comments', 'comments'],
    ['/blog/api/posts/1/commentary', 'posts'],
    ['/blog/api/posts/by-slug/comments', 'posts'],
    ['/blog/api/comments', 'comments'],
    ['/blog/api/comments/1', 'comments'],
    ['/api/webhooks', 'webhooks'],
    ['/blog/api/newsletter/settings', 'newsletter'],
    ['/blog/api/media', 'media'],
    ['/blog/api/media/abc', 'media'],
    ['/events/originals/abc', 404],
    ['/blog/api/posts', 'posts'],
    ['/blog/api/posts/1', 'posts'],
    ['/blog/api/categories', 'categories'],
    ['/api/login', 'auth'],
    ['/verify', 'auth'],
    ['/api/journal/events', 'journal'],
    ['/api/journals', 'auth'],
    ['/.well-known/jwks.json', 'auth'],
    ['/.well-known/webfinger', 'web'],
    ['/health', 200],
    ['/events', 404],
    ['/events/', 404],
    ['/dead-letters', 404],
    ['/dead%2Dletters', 404],
    ['/batches', 404],
    ['/healthz', 404],
    ['/readyz', 404],
    ['/metrics', 404],
    ['/%65vents', 404],
    ['/event%73', 404],
    ['/%68ealthz', 404],
    ['/blog/posts/caf%C3%A9', 'web'],
    ['/blog/posts/a%20b', 'web'],
    ['/blog/posts/a%20b%2Fc', 400],
    ['/blog/posts%5c', 400],
    ['/blog//posts', 400],
    ['//events', 400],
  ])('%s leads to %s', (path, expected) => {
    expect(destinationOf(platform, path)).toBe(expected);
  });

  test("every function learns the client's address, and where it asked, from the ingress, whatever the client sent", () => {
    for (const { action, requestHeaders } of platform.virtualHosts.flatMap(({ routes }) => routes)) {
      if (action.kind !== 'route') continue;
      expect(requestHeaders.set).toEqual({
        'x-client-address': '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
        'x-client-origin': '%REQ(X-FORWARDED-PROTO)%://%REQ(:AUTHORITY)%',
        'x-client-proof': '%ENVIRONMENT(DORMOUSE_CLIENT_PROOF)%',
      });
    }
  });
});
