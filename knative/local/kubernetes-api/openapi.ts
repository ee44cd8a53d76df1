import { groups, groupVersion, type Kind, keyOfObject, kinds, verbsOf, versionsOf } from './kinds.ts';

/**
 * OpenAPI documents (v3) as far as kubectl needs them: to find that the server checks fields itself, and for `kubectl explain`.
 * What a field means is in the documents of Knative; here is what an object consists of.
 * @returns undefined for other paths
 */
export function openApi(pathname: string): object | undefined {
  const [root, version, ...path] = pathname.split('/').slice(1);
  if (root !== 'openapi' || version !== 'v3') return undefined;
  if (path.length === 0)
    return { paths: Object.fromEntries(all().map((each) => [each, { serverRelativeURL: `/openapi/v3/${each}` }])) };
  const found = groups
    .flatMap((group) => versionsOf(group).map((served) => ({ group, served })))
    .find(({ group, served }) => rootOf(group, served) === path.join('/'));
  return found && documentOf(found.group, found.served);
}

const all = () => groups.flatMap((group) => versionsOf(group).map((served) => rootOf(group, served)));

const rootOf = (group: string, served: string) => `${group ? 'apis' : 'api'}/${groupVersion(group, served)}`;

function documentOf(group: string, served: string): object {
  const here = kinds.filter((each) => each.group === group && each.versions.includes(served));
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes API of the local platform', version: 'v1.34.0' },
    paths: Object.fromEntries(here.map((each) => [pathOf(each, served), operationsOf(each, served)])),
    components: {
      schemas: Object.fromEntries(here.map((each) => [schemaName(each, served), schemaOf(each, served)])),
    },
  };
}

const pathOf = ({ group, plural, namespaced }: Kind, served: string) =>
  `/${rootOf(group, served)}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}/{name}`;

const gvk = ({ group, kind }: Kind, version: string) => ({ group, version, kind });

const schemaName = ({ group, kind }: Kind, served: string) =>
  [...group.split('.').filter(Boolean).reverse(), served, kind].join('.');

/** The parameter `fieldValidation` says that the server checks fields. */
const operationsOf = (each: Kind, served: string) => ({
  ...Object.fromEntries(
    verbsOf(each)
      .filter((verb) => verb === 'get' || verb === 'patch')
      .map((verb) => [
        verb,
        {
          'x-kubernetes-action': verb,
          'x-kubernetes-group-version-kind': gvk(each, served),
          parameters: ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
            ...{ name, in: 'query', schema: { type: 'string' } },
          })),
          responses: {
            200: {
              content: { 'application/json': { schema: { $ref: `#/components/schemas/${schemaName(each, served)}` } } },
            },
          },
        },
      ]),
  ),
});

const text = (description: string) => ({ type: 'string', description });
const object = (description: string, properties: object = {}) => ({
  ...{ type: 'object', description, properties, 'x-kubernetes-preserve-unknown-fields': true },
});
const texts = (description: string) => ({ type: 'object', description, additionalProperties: { type: 'string' } });

const metadata = object('Name and namespace of the object, and what is said of it.', {
  name: text('Unique for the kind in its namespace.'),
  namespace: text('"default" where none is given.'),
  labels: texts('What selectors mean it by.'),
  annotations: texts('What programs say of it.'),
  creationTimestamp: text('Since when it is there.'),
  resourceVersion: text('Changes with every change; sent back, it keeps one from being lost.'),
});

function schemaOf(each: Kind, served: string): object {
  const hasData = each.kind === 'ConfigMap' || each.kind === 'Secret';
  return {
    type: 'object',
    description: sentences[keyOfObject(each, { name: '' })] ?? `${each.kind} of ${each.group || 'Kubernetes'}.`,
    'x-kubernetes-group-version-kind': [gvk(each, served)],
    properties: {
      apiVersion: text(`"${groupVersion(each.group, served)}"`),
      kind: text(`"${each.kind}"`),
      metadata,
      ...(hasData
        ? { data: texts('Values by their keys.') }
        : { spec: specs[each.kind] ?? object('What is wanted.'), status: object('What there is.') }),
    },
  };
}

const sentences: Readonly<Record<string, string>> = {
  'serving.knative.dev/Service/default/':
    'A program that answers requests, from no instance to many, with its revisions.',
  'eventing.knative.dev/Broker/default/': 'Takes events and hands them to its Triggers.',
  'eventing.knative.dev/Trigger/default/':
    'Hands those events of a Broker that its filters let through to a subscriber.',
};

const delivery = object('How often and how fast a delivery is tried again, and where an event goes that nobody takes.');
const destination = (description: string) =>
  object(description, {
    ref: object('An object with an address.'),
    uri: text('An address, or a path at that of ref.'),
  });

const specs: Readonly<Record<string, object>> = {
  Service: object('What is wanted.', {
    template: object('Of the next revision.'),
    traffic: {
      type: 'array',
      description: 'Which revisions get which share of the requests.',
      items: object('A share.'),
    },
  }),
  Trigger: object('What is wanted.', {
    broker: text('Name of the Broker.'),
    filter: object('Attributes that an event must have.'),
    filters: { type: 'array', description: 'All of them must let an event through.', items: object('A filter.') },
    subscriber: destination('Who gets the events.'),
    delivery,
  }),
  Broker: object('What is wanted.', { delivery, config: object('Has no meaning on one machine.') }),
  Subscription: object('What is wanted.', {
    channel: object('Name and kind of a channel.'),
    subscriber: destination('Who gets the events.'),
    reply: destination('Where answers go.'),
    delivery,
  }),
  PingSource: object('What is wanted.', {
    schedule: text('Cron with five or six fields.'),
    timezone: text('Name in the tz database; UTC where none is given.'),
    contentType: text('Media type of data.'),
    data: text('Body of the event.'),
    sink: destination('Who gets the events.'),
  }),
};
