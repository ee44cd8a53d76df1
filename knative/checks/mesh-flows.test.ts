import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import type { Destination } from '@dormouse/manifests/model';
import { readPlatform } from '@dormouse/manifests/readers/read-platform';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { all, type Manifest } from './manifest.ts';

interface Rule {
  from?: { source: { serviceAccounts: string[] } }[];
  to?: { operation: { methods?: string[]; paths?: string[]; notPaths?: string[]; ports?: string[] } }[];
  when?: { key: string }[];
}
interface Policy {
  selector?: { matchLabels: Record<string, string> };
  rules?: Rule[];
}

const folder = join(import.meta.dirname, '../components/mesh-strict');
const mesh = globSync(['*.yaml', 'generated/*.yaml'], { cwd: folder })
  .filter((file) => !/(^|\/)(kustomization|gateway)\.yaml$/.test(file))
  .flatMap((file) =>
    parseAllDocuments(readFileSync(join(folder, file), 'utf8'), { merge: true }).map((each) => each.toJS() as Manifest),
  );
const policies = all<Policy>(mesh, 'AuthorizationPolicy.security.istio.io');
const base = render(join(import.meta.dirname, '../base'));
const { services, triggers, brokers, pingSources } = readPlatform(base);
const names = services.map(({ name }) => name);

/** Accounts by which Knative and Istio come, and those that deliver. */
const gateways = [
  'knative-serving/activator',
  'istio-system/istio-ingressgateway',
  'istio-system/istio-ingressgateway-service-account',
];
const deliverers = ['knative-eventing/mt-broker-filter', 'knative-eventing/knative-kafka-broker-data-plane'];
const timers = ['knative-eventing/pingsource-mt-adapter'];
const strangers = [
  'default/stranger',
  'knative-serving/controller',
  'knative-eventing/imc-controller',
  'observability/prometheus',
  'migrate',
];
const everybody = [...gateways, ...deliverers, ...timers, ...strangers, ...names];

const covers = (pattern: string, path: string) =>
  pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));

/** Whether the mesh lets an account through, without a token, as Istio reads policies that allow: one of them has to. */
const passes = (account: string, name: string, method: string, path: string): boolean =>
  policies
    .filter(({ spec }) => !spec.selector || spec.selector.matchLabels['serving.knative.dev/service'] === name)
    .flatMap(({ spec }) => spec.rules ?? [])
    .some(
      ({ from, to, when }) =>
        !when &&
        from?.some(({ source }) => source.serviceAccounts.includes(account)) &&
        to?.some(
          ({ operation: { methods, paths, notPaths = [], ports } }) =>
            // Policies of single ports are about those of queue-proxy's metrics.
            !ports &&
            (!methods || methods.includes(method)) &&
            (!paths || paths.some((each) => covers(each, path))) &&
            !notPaths.some((each) => covers(each, path)),
        ),
    );
const whoPasses = (name: string, method: string, path: string) =>
  everybody.filter((account) => passes(account, name, method, path)).sort();

const toService = (destination: Destination | undefined) => (destination?.kind === 'service' ? [destination] : []);
const destinations = [
  ...triggers.flatMap(({ subscriber }) => toService(subscriber)),
  ...brokers.flatMap(({ delivery }) => toService(delivery.deadLetterSink)),
];

test.each(destinations)(
  'events come to $name, at $path, from the Broker alone, and from no function',
  ({ name, path }) => {
    expect(whoPasses(name, 'POST', path)).toEqual([...gateways, ...deliverers].sort());
  },
);

test.each(names.filter((name) => !destinations.some((each) => each.name === name)))(
  '%s, to which no Trigger leads, takes no events',
  (name) => {
    expect(whoPasses(name, 'POST', '/events')).toEqual([]);
  },
);

test('the timer alone wakes what a PingSource names, besides the gateways', () => {
  const pinged = pingSources.flatMap(({ sink }) => toService(sink));
  expect(pinged.map(({ name }) => name)).toEqual(['relay', 'media']);
  for (const { name, path } of pinged) expect(whoPasses(name, 'POST', path)).toEqual([...gateways, ...timers].sort());
});

test('who calls a function directly is named, and those that call it say so', () => {
  const called = (name: string) =>
    all(
      base.map(({ manifest }) => manifest as Manifest),
      'Service.serving.knative.dev',
    )
      .filter(({ metadata }) => metadata.annotations?.['dormouse.dev/calls']?.split(/, */).includes(name))
      .map(({ metadata }) => metadata.name);
  const direct = (name: string) => {
    const rules = policies.filter(({ spec }) => spec.selector?.matchLabels['serving.knative.dev/service'] === name);
    const accounts = rules.flatMap(({ spec }) =>
      (spec.rules ?? []).flatMap(({ from }) => from?.flatMap(({ source }) => source.serviceAccounts) ?? []),
    );
    return names.filter((each) => accounts.includes(each)).sort();
  };
  // Whoever checks tokens reads their keys.
  expect(direct('auth')).toEqual(['categories', 'journal', 'media', 'posts', 'web']);
  for (const name of names.filter((each) => each !== 'auth'))
    expect([name, direct(name)]).toEqual([name, called(name).sort()]);
});

test('no probe or metric is open to anybody but Knative', () => {
  for (const name of names)
    for (const path of ['/metrics', '/readyz', '/healthz'])
      expect([name, path, whoPasses(name, 'GET', path).filter((account) => !gateways.includes(account))]).toEqual([
        name,
        path,
        [],
      ]);
});
