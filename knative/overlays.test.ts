import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withComponents } from '@dormouse/checks/with-components.fixture';
import { folderOf } from '@dormouse/manifests/kustomize/kustomization.fixture';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import type { Platform } from '@dormouse/manifests/model';
import { readPlatform } from '@dormouse/manifests/readers/read-platform';
import type { Manifest, Rendered } from '@dormouse/manifests/yaml/origin';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const rendered = (folder: string) => render(join(import.meta.dirname, folder));
const objects = (all: readonly Rendered[]) => all.map(({ manifest }) => manifest as Manifest & Record<string, unknown>);
const manifestsOf = (folder: string) => objects(rendered(folder));

const settingsOf = (manifests: readonly Manifest[]) =>
  (
    manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('platform')) as unknown as {
      data: Record<string, string>;
    }
  ).data;
const base = readPlatform(rendered('base'));
const functions = [...base.services, ...base.jobs].map(({ name }) => name).sort();

/** Names of all Secrets that Services and Jobs read. */
const secretsOf = ({ services, jobs }: Platform) => [
  ...new Set(
    [...services, ...jobs]
      .flatMap(({ container }) => [...container.env, ...container.volumes.map(({ source }) => source)])
      .flatMap((source) => (source.kind === 'secret' || source.kind === 'secretKey' ? [source.from] : [])),
  ),
];

test('the base says nothing that differs between environments', () => {
  const settings = settingsOf(manifestsOf('base'));
  expect(settings.PUBLIC_URL).toBe('');
  expect(Object.keys(settings).filter((name) => /^(ENVIRONMENT|FEED_AUTHORITY|VERSION|OTEL_.*)$/.test(name))).toEqual(
    [],
  );
});

test.each(['kind', 'lab', 'local'])('%s says which environment it is, and keeps where keys and events are', (name) => {
  const settings = settingsOf(manifestsOf(`overlays/${name}`));
  const { JWKS_URL, AUTH_URL, K_SINK } = settingsOf(manifestsOf('base'));
  expect(settings).toMatchObject({ ENVIRONMENT: name, JWKS_URL, AUTH_URL });
  expect(new URL(settings.K_SINK!).pathname).toBe(new URL(K_SINK!).pathname);
});

describe.each(['staging', 'production'])('%s', (name) => {
  const manifests = objects(withComponents(`overlays/${name}/images`, `overlays/${name}/host`));
  const images = parse(
    readFileSync(join(import.meta.dirname, 'overlays', name, 'images/kustomization.yaml'), 'utf8'),
  ) as { images: { name: string }[] };

  test('says which environment it is', () => {
    expect(readFileSync(join(import.meta.dirname, 'overlays', name, 'kustomization.yaml'), 'utf8')).toContain(
      `- ENVIRONMENT=${name}\n`,
    );
  });

  test('says for every image where it is, and for no other', () => {
    expect(images.images.map((each) => each.name).sort()).toEqual(
      [...functions, 'backup'].map((each) => `dev.local/dormouse/${each}`).sort(),
    );
    expect(JSON.stringify(manifests)).not.toContain('dev.local');
  });

  test('answers for its own host only, which is the issuer of its tokens', () => {
    const { ISSUER, PUBLIC_URL, FEED_AUTHORITY } = settingsOf(manifests);
    const hosts = manifests.flatMap(({ kind, spec }) => {
      if (kind === 'VirtualService') return (spec as { hosts: string[] }).hosts;
      return kind === 'Gateway'
        ? (spec as { servers: { hosts: string[] }[] }).servers.flatMap((server) => server.hosts)
        : [];
    });
    expect([...new Set(hosts)]).toEqual([new URL(ISSUER!).host]);
    expect(PUBLIC_URL).toBe(ISSUER);
    expect(FEED_AUTHORITY).toBe(`${new URL(ISSUER!).host},2026`);
  });
});

describe('external-secrets', () => {
  const secrets = objects(withComponents('components/external-secrets')).filter(
    ({ kind }) => kind === 'ExternalSecret',
  );

  test('brings every Secret that something reads, and no other', () => {
    const all = secretsOf(
      readPlatform(
        withComponents('components/client-proof', 'components/cdn', 'components/oauth', 'components/opensearch'),
      ),
    );
    const readers = objects(withComponents('components/backup', 'components/media-s3')).filter(
      ({ kind, metadata }) => kind === 'CronJob' || metadata.name === 'media',
    );
    const named = [...JSON.stringify(readers).matchAll(/"secretRef":\{"name":"([^"]+)"\}/g)].map(([, name]) => name);
    expect(named).toEqual(expect.arrayContaining(['backup-store', 'media-store']));
    expect(secrets.map(({ metadata }) => metadata.name).sort()).toEqual([...new Set([...all, ...named])].sort());
  });

  test('takes all of them from one store, each under its own name', () => {
    for (const { metadata, spec } of secrets)
      expect(spec).toMatchObject({
        secretStoreRef: { kind: 'ClusterSecretStore', name: 'dormouse' },
        dataFrom: [{ extract: { key: `dormouse/${metadata.name}` } }],
      });
  });

  test('takes them by names without a slash where the store has none', () => {
    const dashed = objects(withComponents('components/external-secrets', 'components/external-secrets/dashes'))
      .filter(({ kind }) => kind === 'ExternalSecret')
      .map(({ metadata, spec }) => [metadata.name, (spec as { dataFrom: object[] }).dataFrom]);
    expect(dashed).toEqual(secrets.map(({ metadata: { name } }) => [name, [{ extract: { key: `dormouse-${name}` } }]]));
    expect(JSON.stringify(dashed)).not.toContain('dormouse/');
  });
});

describe('kafka-broker', () => {
  const all = withComponents('components/kafka-broker');
  const manifests = objects(all);

  test('makes the one Broker one of Kafka, with a topic that is among the manifests, and sends events there', () => {
    const [broker] = manifests.filter(({ kind }) => kind === 'Broker');
    expect(broker).toMatchObject({
      metadata: { annotations: { 'eventing.knative.dev/broker.class': 'Kafka' } },
      spec: { config: { kind: 'ConfigMap', name: 'kafka-broker' } },
    });
    const topic = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'kafka-broker');
    expect(topic).toMatchObject({
      metadata: { namespace: broker!.metadata.namespace },
      data: { 'bootstrap.servers': expect.stringMatching(/:\d+$/) },
    });
    const { K_SINK } = settingsOf(manifestsOf('base'));
    expect(settingsOf(manifests).K_SINK).toBe(
      `http://kafka-broker-ingress.knative-eventing.svc.cluster.local${new URL(K_SINK!).pathname}`,
    );
  });

  test('keeps what the base says of delivery: the archive alone asks for order', () => {
    const { brokers, triggers } = readPlatform(all);
    expect(brokers[0]!.delivery).toEqual(base.brokers[0]!.delivery);
    expect(triggers.filter(({ ordered }) => ordered).map(({ name }) => name)).toEqual(['journal-archive']);
  });
});

test('autoscaling-prod keeps the way of a reader awake, and lets sleep what works on events only', () => {
  const { services } = readPlatform(withComponents('components/autoscaling-prod'));
  const awake = Object.fromEntries(services.map(({ name, autoscaling }) => [name, autoscaling.minScale]));
  const { web, posts, categories, auth, ...others } = awake;
  expect({ web, posts, categories, auth }).toEqual({ web: 2, posts: 2, categories: 2, auth: 1 });
  expect(Object.values(others).every((minScale) => minScale === 0)).toBe(true);
  expect(others).toMatchObject({ relay: 0, journal: 0 });
  for (const { name, autoscaling } of services) {
    const before = base.services.find((each) => each.name === name)!.autoscaling;
    expect(autoscaling.maxScale).toBeGreaterThanOrEqual(before.maxScale);
    expect(autoscaling.maxScale).toBeGreaterThan(autoscaling.minScale);
  }
});

test('a changed Secret of a generator makes a new Revision, as a changed ConfigMap does', () => {
  const overlay = (url: string) => {
    const folder = folderOf({
      'kustomization.yaml': `{configurations: [name-reference.yaml], resources: [web.yaml], secretGenerator: [{name: redis, literals: ["REDIS_URL=${url}"]}]}`,
      'name-reference.yaml': readFileSync(join(import.meta.dirname, 'base/name-reference.yaml'), 'utf8'),
      'web.yaml':
        '{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: web}, spec: {template: {spec: {containers: [{image: web:1, envFrom: [{secretRef: {name: redis}}]}]}}}}',
    });
    return secretsOf(readPlatform(render(folder)));
  };
  expect(overlay('redis://one')).toEqual(overlay('redis://one'));
  expect(overlay('redis://one')).not.toEqual(overlay('redis://another'));
});
