import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterSecrets } from '@dormouse/checks/secrets';
import { expect, test } from 'vitest';
import { readProject } from '../joints/project.ts';

const project = join(import.meta.dirname, '../..');
const page = readFileSync(join(project, 'docs/tutorials/cluster.md'), 'utf8');
const { platform } = await readProject(project);

/** Names in the page's output, in the order in which they are printed. */
const printed = (line: RegExp) => [...page.matchAll(line)].map(([, name]) => name);
const names = (objects: readonly { name: string }[]) => objects.map(({ name }) => name).sort();

// No test runs these commands: what they print has names that the manifests give, and those can be compared.
test('its Secrets are those that npm run secrets makes', async () => {
  const made = (await clusterSecrets('dormouse')) as { metadata: { name: string } }[];
  expect(printed(/^secret\/(\S+) created$/gm)).toEqual(made.map(({ metadata }) => metadata.name));
});

test('it waits for the Services, Brokers, Triggers and PingSources that there are', () => {
  const ready = (kind: string) => printed(new RegExp(`^${kind}/(\\S+) condition met$`, 'gm'));
  expect(ready('service.serving.knative.dev')).toEqual(names(platform.services));
  expect(ready('broker.eventing.knative.dev')).toEqual(names(platform.brokers));
  expect(ready('trigger.eventing.knative.dev')).toEqual(names(platform.triggers));
  expect(ready('pingsource.sources.knative.dev')).toEqual(names(platform.pingSources));
});

test('kn lists the Services and Triggers that there are', () => {
  expect(printed(/^(\S+) +http:\/\/\S+\.svc\.cluster\.local +\S+-00001 /gm)).toEqual(names(platform.services));
  expect(printed(/^(\S+) +default +ksvc:\S+ /gm)).toEqual(names(platform.triggers));
});
