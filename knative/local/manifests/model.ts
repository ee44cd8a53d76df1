/**
 * What the local platform understands of the manifests, after rendering: plain values, defaults filled in, every one
 * with its source position. Field names follow the upstream APIs (serving.knative.dev/v1, eventing.knative.dev/v1,
 * networking.istio.io/v1); durations are in milliseconds.
 */

import type { Filter } from '@dormouse/filters/filter';
import type { podFields } from './knative-rules.ts';
import type { Origin } from './yaml/origin.ts';

export type { Filter };
/** `env`, `envFrom` in declaration order; resolved when an instance starts, so that a changed Secret shows. */
export type EnvSource =
  /** `value` with its references `$(NAME)` as they are written. */
  | { kind: 'value'; name: string; value: string }
  | { kind: 'field'; name: string; path: PodField }
  | { kind: 'configMapKey' | 'secretKey'; name: string; from: string; key: string; optional: boolean }
  | { kind: 'configMap' | 'secret'; from: string; prefix: string; optional: boolean };

/** Fields of a Pod that an instance here can have. */
export type PodField = (typeof podFields)[number];

export interface Volume {
  name: string;
  mountPath: string;
  /** A file or folder of the volume instead of the whole. */
  subPath?: string;
  readOnly: boolean;
  source:
    | { kind: 'emptyDir' }
    /** A folder of its own that whoever names the claim has. */
    | { kind: 'claim'; from: string }
    /** A folder that the platform has made: the event of a JobSink's Job. */
    | { kind: 'folder'; from: string }
    | { kind: 'secret' | 'configMap'; from: string; optional: boolean };
}

/** A probe: by HTTP if it has a path, by a command or by gRPC if it says so, else by a connection. */
export interface Probe {
  path: string | undefined;
  /** Fields of the request, names and values in turn. */
  headers?: readonly string[];
  /** Undefined: the port that is served. */
  port?: number;
  /** Succeeds when it exits with 0. */
  exec?: readonly string[];
  /** Name of a service in grpc.health.v1; "" is the whole server. */
  grpc?: string;
  periodMs: number;
  timeoutMs: number;
  failureThreshold: number;
  /** Undefined: 1. */
  successThreshold?: number;
  initialDelayMs: number;
}

export interface Container {
  image: string;
  command: readonly string[];
  args: readonly string[];
  /** Where a program that is run as it is runs. */
  workingDir?: string;
  env: readonly EnvSource[];
  volumes: readonly Volume[];
}

/** A container of a Service's instances beside the one that is served. */
export interface NamedContainer {
  name: string;
  container: Container;
  /** With its port, unless it runs a command. */
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  startupProbe?: Probe;
}

/** autoscaling.knative.dev annotations with Knative's defaults. */
export interface Autoscaling {
  metric: 'concurrency' | 'rps';
  /** Requests in flight (or per second) wanted per instance, utilisation already applied. */
  target: number;
  minScale: number;
  /** 0 = unlimited. */
  maxScale: number;
  initialScale: number;
  activationScale: number;
  windowMs: number;
  panicWindowPercentage: number;
  panicThresholdPercentage: number;
  scaleDownDelayMs: number;
  scaleToZeroPodRetentionMs: number;
  targetBurstCapacity: number;
}

/** One target of `spec.traffic`. */
export interface TrafficTarget {
  /** Undefined: the latest revision that is ready. */
  revision?: string;
  percent: number;
  /** It has a host of its own, whatever its share. */
  tag?: string;
}

/** A Knative Service (serving.knative.dev/v1). */
export interface Service {
  name: string;
  namespace: string;
  /** Name of the revision, where the template gives one; else revisions are numbered. */
  revisionName?: string;
  clusterLocal: boolean;
  /** It stands for a Deployment with its Service of Kubernetes, which no gateway of Knative is in front of. */
  deployed?: true;
  container: Container;
  /** They run beside `container`, at its address. */
  sidecars?: readonly NamedContainer[];
  /** They run before it, one after the other, each to its end. */
  initContainers?: readonly NamedContainer[];
  /** What the container speaks on its port: `h2c` is HTTP/2 in clear text. */
  protocol: 'http1' | 'h2c';
  /** Undefined: 8080. */
  containerPort?: number;
  /** Undefined: everything goes to the latest revision. */
  traffic?: readonly TrafficTarget[];
  /** 0 = unlimited. */
  containerConcurrency: number;
  timeoutMs: number;
  responseStartTimeoutMs: number;
  readinessProbe: Probe | undefined;
  livenessProbe: Probe | undefined;
  /** Until it has succeeded once, the others wait. */
  startupProbe?: Probe | undefined;
  autoscaling: Autoscaling;
  /** `spec.template` as JSON, keys in order: what is changed in it makes a revision, whether it means something here or not. */
  template: string;
  origin: Origin;
}

/** A plain batch/v1 Job: run once for each content of its manifest and image, before the Services start. */
export interface Job {
  name: string;
  namespace: string;
  container: Container;
  backoffLimit: number;
  activeDeadlineMs: number | undefined;
  origin: Origin;
}

/** sinks.knative.dev/v1alpha1 JobSink: a Job for each event that it is sent. */
export interface JobSink {
  name: string;
  namespace: string;
  /** Under the JobSink's name. */
  job: Job;
  origin: Origin;
}

/** A program that runs all the time and is sent nothing: of a ContainerSource, or of a Deployment that no Service leads to. */
export interface Worker {
  kind: 'ContainerSource' | 'Deployment' | 'StatefulSet';
  name: string;
  namespace: string;
  container: Container;
  replicas: number;
  /** Of a ContainerSource. */
  sink?: Destination;
  origin: Origin;
}

/** sources.knative.dev/v1 SinkBinding: gives programs of others an address to send to, as K_SINK. */
export interface SinkBinding {
  name: string;
  namespace: string;
  /** `apiVersion kind`, and a name or labels. */
  subject: { type: string; name: string | undefined; labels: Readonly<Record<string, string>> };
  sink: Destination;
  /** `spec.ceOverrides`: what programs are told in K_CE_OVERRIDES; undefined when it says nothing. */
  extensions: Readonly<Record<string, string>> | undefined;
  origin: Origin;
}

/** A reference to who receives: a Service of this platform, a Broker, a channel, a JobSink, or any URL. */
export type Destination =
  | { kind: 'service'; name: string; namespace: string; path: string }
  | { kind: 'broker'; name: string; namespace: string }
  | { kind: 'jobSink'; name: string; namespace: string }
  /** `as`: the kind that a reference names; absent for an address. */
  | { kind: 'channel'; name: string; namespace: string; as?: string }
  | { kind: 'url'; url: string };

/** eventing.knative.dev/v1 DeliverySpec. */
export interface Delivery {
  /** Retries after the first attempt. */
  retry: number;
  backoffPolicy: 'linear' | 'exponential';
  backoffDelayMs: number;
  timeoutMs: number | undefined;
  retryAfterMaxMs: number | undefined;
  deadLetterSink: Destination | undefined;
  /** Content mode of every delivery: `json` is structured. Undefined: as it fits. */
  format?: 'json' | 'binary' | undefined;
}

export interface Broker {
  name: string;
  namespace: string;
  class: string;
  delivery: Partial<Delivery>;
  /** It delivers for a channel: replies go where each Subscription says, not into it again. */
  channel?: true;
  origin: Origin;
}

export interface Trigger {
  name: string;
  namespace: string;
  broker: string;
  /** Every entry must hold; empty = every event. */
  filters: readonly Filter[];
  subscriber: Destination;
  delivery: Partial<Delivery>;
  /** Where the Subscription that it stands for has replies sent. */
  reply?: Destination | undefined;
  /** Annotation `kafka.eventing.knative.dev/delivery.order: ordered`; unordered unless given. */
  ordered?: boolean;
  /** Annotation `dormouse.dev/inbox`: how the journal finds out what the consumer has. */
  inbox?: string;
  origin: Origin;
}

/** messaging.knative.dev Channel, or one of what implements it. */
export interface Channel {
  name: string;
  namespace: string;
  kind: 'Channel' | 'InMemoryChannel' | 'KafkaChannel';
  /** For Subscriptions that say nothing of delivery; its dead-letter sink for those that name none. */
  delivery: Partial<Delivery>;
  /** It stands between parts of a Sequence or a Parallel: nobody else sends to it. */
  inner?: true;
  origin: Origin;
}

/** What the channels of a Sequence or a Parallel are made of (`channelTemplate`). */
export type ChannelTemplate = Pick<Channel, 'kind' | 'delivery'>;

/** flows.knative.dev/v1 Sequence: each step gets what the one before has answered. */
export interface Sequence {
  kind: 'Sequence';
  name: string;
  namespace: string;
  template: ChannelTemplate;
  steps: readonly { subscriber: Destination; delivery: Partial<Delivery>; origin: Origin }[];
  /** Where the last step's answer goes. */
  reply: Destination | undefined;
  origin: Origin;
}

/** flows.knative.dev/v1 Parallel: each branch gets every event that its filter lets through. */
export interface Parallel {
  kind: 'Parallel';
  name: string;
  namespace: string;
  template: ChannelTemplate;
  branches: readonly {
    /** Who answers with the event that the branch gets, or with nothing. */
    filter: Destination | undefined;
    subscriber: Destination;
    /** Instead of that of the Parallel. */
    reply: Destination | undefined;
    delivery: Partial<Delivery>;
    origin: Origin;
  }[];
  /** Where answers of branches go that have no reply of their own. */
  reply: Destination | undefined;
  origin: Origin;
}

export type Flow = Sequence | Parallel;

/** messaging.knative.dev/v1 Subscription. */
export interface Subscription {
  name: string;
  namespace: string;
  /** Name and kind of a channel in the same namespace. */
  channel: { name: string; kind: string };
  /** Undefined: events go to `reply` as they are. */
  subscriber: Destination | undefined;
  /** Where an event goes with which the subscriber answers. */
  reply: Destination | undefined;
  delivery: Partial<Delivery>;
  origin: Origin;
}

/** eventing.knative.dev EventType: an entry of the catalogue of events. */
export interface EventType {
  name: string;
  namespace: string;
  type: string;
  description: string | undefined;
  origin: Origin;
}

/** sources.knative.dev/v1 PingSource. */
export interface PingSource {
  name: string;
  namespace: string;
  /** Cron with five or six fields, UTC unless `timezone`. */
  schedule: string;
  timezone: string | undefined;
  contentType: string | undefined;
  data: string | undefined;
  /** Instead of `data`. */
  dataBase64?: string | undefined;
  sink: Destination;
  /** `spec.ceOverrides.extensions`. */
  extensions: Readonly<Record<string, string>>;
  origin: Origin;
}

export interface StringMatch {
  kind: 'exact' | 'prefix' | 'regex';
  value: string;
}

/** One `http[]` entry of a VirtualService, tried in order. */
export interface HttpRoute {
  name: string | undefined;
  /** Any of them; empty = always. */
  match: readonly {
    uri?: StringMatch;
    method?: StringMatch;
    authority?: StringMatch;
    headers: Readonly<Record<string, StringMatch>>;
    /** Headers of which none may match. */
    withoutHeaders?: Readonly<Record<string, StringMatch>>;
    queryParams?: Readonly<Record<string, StringMatch>>;
    ignoreUriCase: boolean;
  }[];
  action:
    | { kind: 'route'; destinations: readonly { service: string; namespace: string; weight: number }[] }
    | { kind: 'direct'; status: number; body: string }
    | { kind: 'redirect'; status: number; uri?: string; authority?: string };
  rewriteUri: string | undefined;
  timeoutMs: number | undefined;
  /** Responses that are not passed on while there are attempts left. */
  retries: StatusRetries | undefined;
  cors?: CorsPolicy;
  fault?: Fault;
  /** Who else is sent a request, and how many of a hundred; nobody waits for the answer. */
  mirrors?: readonly { service: string; namespace: string; percent: number }[];
  requestHeaders: {
    set: Readonly<Record<string, string>>;
    add: Readonly<Record<string, string>>;
    remove: readonly string[];
  };
  responseHeaders: {
    set: Readonly<Record<string, string>>;
    add: Readonly<Record<string, string>>;
    remove: readonly string[];
  };
  origin: Origin;
}

/** Istio's CorsPolicy; lists as they stand in header fields, empty where nothing is said. */
export interface CorsPolicy {
  allowOrigins: readonly StringMatch[];
  allowMethods: string;
  allowHeaders: string;
  exposeHeaders: string;
  /** In seconds. */
  maxAge: string;
  allowCredentials: boolean;
  /** Preflights of other origins go to the Service. */
  forwardUnmatched: boolean;
}

/** Istio's HTTPFaultInjection; percentages of requests. */
export interface Fault {
  delay?: { ms: number; percent: number };
  abort?: { status: number; percent: number };
}

/** Istio's HTTPRetry, as far as it concerns responses: failed connections are retried whatever it says. */
export interface StatusRetries {
  /** After the first attempt. */
  attempts: number;
  statuses: ReadonlySet<number>;
  /** Base of the exponential backoff with full jitter. */
  backoffMs: number;
}

/** A VirtualService bound to a Gateway. */
export interface VirtualHost {
  name: string;
  /** Lower-case host names; `*` and `*.suffix` as in Istio. */
  hosts: readonly string[];
  routes: readonly HttpRoute[];
  origin: Origin;
}

/** All objects that `knative/local` runs. */
export interface Platform {
  services: readonly Service[];
  brokers: readonly Broker[];
  triggers: readonly Trigger[];
  /** Those of flows among them. */
  channels: readonly Channel[];
  /** Those of flows among them. */
  subscriptions: readonly Subscription[];
  flows: readonly Flow[];
  pingSources: readonly PingSource[];
  /** The catalogue of event types; an unlisted type is not an error. */
  eventTypes: readonly EventType[];
  virtualHosts: readonly VirtualHost[];
  jobs: readonly Job[];
  jobSinks: readonly JobSink[];
  workers: readonly Worker[];
  sinkBindings: readonly SinkBinding[];
  /** namespace/name → data. */
  configMaps: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** namespace/name → data, decoded: only what the manifests themselves hold; the rest is looked up under DORMOUSE_HOME/secrets. */
  secrets: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Objects that are valid on a cluster and ignored here, each with the reason. */
  ignored: readonly { kind: string; name: string; reason: string; origin: Origin }[];
}
