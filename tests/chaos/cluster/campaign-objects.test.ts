import { expect, it } from 'vitest';
import { campaignLabel, campaignObjects } from './campaign-objects.ts';

const objects = campaignObjects({
  namespace: 'blog',
  posts: {
    spec: {
      template: {
        spec: {
          containers: [
            {
              image: 'dev.local/posts:1',
              envFrom: [{ configMapRef: { name: 'platform' } }, { secretRef: { name: 'posts-database' } }],
            },
          ],
        },
      },
    },
  },
  program: { 'main.js': 'x' },
  databaseUrl: 'postgres://recorder:p@postgres/dormouse',
  signingKeys: 'own',
  eventKeys: 'all',
  gateways: ['dormouse'],
  gatewayHost: 'gateway.istio-system',
}) as { kind: string; metadata: { name: string; namespace: string; labels: Record<string, string> }; spec?: object }[];

it('every object lies in the namespace and has the label by which it is removed again', () => {
  expect(objects.length).toBeGreaterThan(7);
  for (const { metadata } of objects)
    expect([metadata.namespace, metadata.labels[campaignLabel]]).toEqual(['blog', 'campaign']);
});

it('the recorder runs in the image of posts, and has none of the Secrets of posts', () => {
  const [service] = objects.filter(({ kind }) => kind === 'Service');
  expect(service?.spec).toMatchObject({
    template: { spec: { containers: [{ image: 'dev.local/posts:1', command: ['node', '/recorder/main.js'] }] } },
  });
  const text = JSON.stringify(service);
  expect(text).toContain('"configMapRef":{"name":"platform"}');
  expect(text).toContain('recorder-database');
  expect(text).not.toContain('posts-database');
});

it('every Secret and ConfigMap that the recorder names is among the objects', () => {
  const [service] = objects.filter(({ kind }) => kind === 'Service');
  const named = [...JSON.stringify(service).matchAll(/"name":"(recorder-[a-z-]+)"/g)].map(([, name]) => name);
  expect(named.sort()).toEqual(
    objects.flatMap(({ kind, metadata }) => (kind === 'Secret' || kind === 'ConfigMap' ? metadata.name : [])).sort(),
  );
});
