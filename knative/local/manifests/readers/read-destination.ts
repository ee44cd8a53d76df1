import { channelAt } from '../channel-address.ts';
import { entryOf } from '../flows.ts';
import type { Destination } from '../model.ts';
import type { Fields } from '../yaml/fields.ts';
import type { Ignore } from './read-object.ts';

/** Knative makes a Route and a Service of Kubernetes with the name of each Service; both lead to it. */
const namedLikeService = ['serving.knative.dev/v1 Service', 'serving.knative.dev/v1 Route', 'v1 Service'];
/** What takes events at one address and at no path below it. */
const withoutPath = [
  'eventing.knative.dev/v1 Broker',
  'messaging.knative.dev/v1 Channel',
  'messaging.knative.dev/v1 InMemoryChannel',
  'messaging.knative.dev/v1beta1 KafkaChannel',
  'flows.knative.dev/v1 Sequence',
  'flows.knative.dev/v1 Parallel',
  'sinks.knative.dev/v1alpha1 JobSink',
];

/**
 * A reference to a Knative Service (with a path), a Broker, a channel, a Sequence, a Parallel or a JobSink, or an absolute URL; in-cluster
 * URLs of these are taken as references (knative.dev/pkg apis/duck/v1/destination.go).
 * @param beside fields that stand beside those of a destination
 */
export function readDestination(
  fields: Fields,
  namespace: string,
  ignore: Ignore,
  beside: readonly string[] = [],
): Destination {
  fields.only('ref', 'uri', 'CACerts', 'audience', ...beside);
  for (const key of ['CACerts', 'audience'])
    if (fields.has(key))
      ignore(`${key}: deliveries of one machine are neither encrypted nor signed`, fields.origin(key));
  const ref = fields.fields('ref')?.only('apiVersion', 'kind', 'name', 'namespace');
  const uri = fields.text('uri');
  if (!ref) return readUrl(fields, uri ?? fields.fail(undefined, 'needs "ref" or "uri"'));
  const [kind, name, where] = [ref.string('kind'), ref.string('name'), ref.text('namespace') || namespace];
  const type = `${ref.string('apiVersion')} ${kind}`;
  if (withoutPath.includes(type)) {
    if (uri !== undefined) fields.fail('uri', `cannot stand beside a ${kind}: it takes events at one address`);
    if (kind === 'Broker') return { kind: 'broker', name, namespace: where };
    if (kind === 'JobSink') return { kind: 'jobSink', name, namespace: where };
    const channel = kind === 'Sequence' || kind === 'Parallel' ? entryOf({ kind, name }) : name;
    return { kind: 'channel', name: channel, namespace: where, as: kind };
  }
  if (!namedLikeService.includes(type))
    return ref.fail(
      'kind',
      `${type} cannot receive events here: ${[namedLikeService[0], ...withoutPath.slice(0, 2)].join(', ')} can`,
    );
  if (uri !== undefined && URL.canParse(uri)) return fields.fail('uri', 'must be relative beside "ref"');
  const { pathname, search } = new URL(uri ?? '/', 'http://service/');
  return { kind: 'service', name, namespace: where, path: pathname + search };
}

function readUrl(fields: Fields, uri: string): Destination {
  if (!/^https?:\/\//.test(uri) || !URL.canParse(uri))
    return fields.fail('uri', `"${uri}" is not an absolute http URL`);
  const { hostname, pathname, search } = new URL(uri);
  const [, name = '', namespace = ''] = /^([^.]+)\.([^.]+)\.svc(?:\.cluster\.local)?$/.exec(hostname) ?? [];
  if (!name) return { kind: 'url', url: uri };
  const [, brokerNamespace = '', broker = ''] = /^\/([^/]+)\/([^/]+)$/.exec(pathname) ?? [];
  if (name === 'broker-ingress' && namespace === 'knative-eventing' && broker)
    return { kind: 'broker', name: broker, namespace: brokerNamespace };
  if (name === 'job-sink' && namespace === 'knative-eventing' && broker)
    return { kind: 'jobSink', name: broker, namespace: brokerNamespace };
  const channel = channelAt(name, namespace);
  if (channel) return pathname === '/' ? channel : fields.fail('uri', 'leads to a channel, which has no path but /');
  return { kind: 'service', name, namespace, path: pathname + search };
}
