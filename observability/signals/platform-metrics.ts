import { metric } from './metric.ts';
import { requestBounds } from './standard-metrics.ts';

const service = 'the Service that a request was for; empty where it was for none';
const answeredBy =
  '`function`; `activator` where no instance could be asked, or none answered in time; `cache`: the ingress’ own, if it has one; the entry itself (`ingress`, `broker`, `console`); `client` when it went away';
const statusClass = '`1xx` to `5xx`; `4xx` too when the client went away';
const revision = { 'kn.service.name': 'Service', 'kn.revision.name': 'its current revision' } as const;
const ofRevision = { ...revision, 'k8s.namespace.name': 'namespace of the Service' } as const;

/** What the local platform measures of itself; where Knative has a name for it, it is Knative’s. */
export const platformMetrics = {
  edgeDuration: metric({
    name: 'dormouse.edge.request.duration',
    kind: 'histogram',
    unit: 's',
    description:
      'From a request’s head until the end of its answer, whoever gave it: what a client got. On a cluster rules make the same of what Istio’s gateway counts.',
    attributes: {
      'dormouse.entry':
        '`ingress`: a client’s request; `local`: one of a function to another; `event`: a delivery; `broker`, `console`: one to these',
      'dormouse.ingress.route': 'name of the route in the VirtualService; empty where none leads there',
      'kn.service.name': service,
      'http.request.method': 'method; `_OTHER` when it is none of HTTP’s',
      'http.response.status_class': statusClass,
      'dormouse.answered_by': answeredBy,
      'faas.coldstart': 'only `true`: it waited for an instance to start',
    },
    bounds: requestBounds,
  }),
  requests: metric({
    name: 'dormouse.local.requests',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests, and who answered them.',
    attributes: {
      'dormouse.entry': 'as above',
      'kn.service.name': service,
      'http.response.status_class': statusClass,
      'dormouse.answered_by': answeredBy,
    },
  }),
  requestConcurrency: metric({
    name: 'kn.revision.request.concurrency',
    kind: 'gauge',
    unit: '{request}',
    description:
      'Requests that wait for an instance, on average since the last look; on a cluster all that go through Knative’s activator.',
    attributes: ofRevision,
  }),
  podsDesired: metric({
    name: 'kn.revision.pods.desired',
    kind: 'gauge',
    unit: '{pod}',
    description: 'Instances that the autoscaler wants; of one that cannot start, while requests ask for it.',
    attributes: ofRevision,
  }),
  pods: metric({
    name: 'kn.revision.pods.count',
    kind: 'gauge',
    unit: '{pod}',
    description: 'Instances that are ready.',
    attributes: ofRevision,
  }),
  podsNotReady: metric({
    name: 'kn.revision.pods.not_ready.count',
    kind: 'gauge',
    unit: '{pod}',
    description: 'Processes that run and are not ready.',
    attributes: ofRevision,
  }),
  notReady: metric({
    name: 'dormouse.local.revision.not_ready',
    kind: 'gauge',
    unit: '{revision}',
    description: '1 while a revision that is wanted has no ready instance.',
    attributes: {
      ...ofRevision,
      'dormouse.cause':
        '`start`: its process ends, or does not listen; `crash`: it keeps ending; `readiness`: its probe fails; `starting`: nothing has gone wrong yet',
    },
  }),
  telemetryRefused: metric({
    name: 'dormouse.local.telemetry.refused',
    kind: 'counter',
    unit: '{item}',
    description: 'Spans, log records and data points that the platform was sent and does not keep.',
    attributes: {
      'dormouse.signal': '`traces`, `logs` or `metrics`',
      'dormouse.cause':
        '`series`: the sender has as many as it may; `future`, `past`: a time too far from now; `order`: older than the last of its series; `trace`: its trace is full; `unsupported`, `invalid`; `space`: kept, and gave way to what the same sender sent later',
      'dormouse.sender': '`service.name` of the sender, as it says itself; `others` beyond the first hundred',
    },
  }),
  cacheRequests: metric({
    name: 'dormouse.local.cache.requests',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests at an ingress with a cache.',
    attributes: {
      'dormouse.cache.result':
        '`hit`; `stale`: from the cache while a new answer is fetched, or in place of an error; `collapsed`: waited for the answer to another request; `miss`; `bypass`: not for a shared cache',
    },
  }),
  cachePurged: metric({
    name: 'dormouse.local.cache.purged',
    kind: 'counter',
    unit: '{answer}',
    description: 'Kept answers that were purged.',
    attributes: {},
  }),
  cacheSize: metric({
    name: 'dormouse.local.cache.size',
    kind: 'gauge',
    unit: 'By',
    description: 'Memory of the answers that are kept, about.',
    attributes: {},
  }),
  backlog: metric({
    name: 'dormouse.local.broker.backlog',
    kind: 'gauge',
    unit: '{event}',
    description: 'Events that a Trigger has not yet read in the Broker’s log, or has begun and not finished.',
    attributes: {
      trigger: 'name of the Trigger, or of the Subscription',
      broker: 'name of its Broker; `channel:` and the name of a Subscription’s channel',
      'k8s.namespace.name': 'namespace of both',
    },
  }),
} as const;
