/** The parts of a Service that the recorder's is made of. */
export interface TemplateService {
  spec: { template: { spec: { containers: { image: string; envFrom?: object[] }[] } } };
}

export interface CampaignObjectsOptions {
  namespace: string;
  /** The Service `posts` as it is: the recorder runs in its image, under its limits. */
  posts: TemplateService;
  /** The recorder's program, file by file. */
  program: Readonly<Record<string, string>>;
  /** DATABASE_URL of the role `recorder`. */
  databaseUrl: string;
  /** EVENT_SIGNING_KEYS of the recorder, and EVENT_KEYS of all producers with it. */
  signingKeys: string;
  eventKeys: string;
  /** Gateways of the namespace's VirtualService, and the host that it sends requests to. */
  gateways: readonly string[];
  gatewayHost: string;
}

export const campaignLabel = 'dormouse.dev/chaos';
/** Kinds of the campaign's own objects, besides its Triggers. */
export const campaignKinds = [
  'services.serving.knative.dev',
  'virtualservices.networking.istio.io',
  'secrets',
  'configmaps',
].join(',');
/** The ways in that a campaign needs are found by this name only, so that nobody comes across them. */
export const campaignHost = 'chaos.dormouse.internal';

/** Its Triggers. */
export const campaignTriggers = ['recorder-post-events', 'recorder-counted-events'] as const;
const secrets = ['recorder-database', 'recorder-event-signing', 'recorder-event-keys'] as const;

/**
 * What a campaign adds to a namespace: a function that records every event it is given, its Secrets and Triggers, and ways in to it
 * and to relay. Its program lies in a ConfigMap, so that no image has to be brought to the cluster.
 */
export function campaignObjects(options: CampaignObjectsOptions): object[] {
  const { namespace, program, databaseUrl, signingKeys, eventKeys, gateways, gatewayHost } = options;
  const object = (apiVersion: string, kind: string, name: string, rest: object) => ({
    apiVersion,
    kind,
    metadata: { name, namespace, labels: { [campaignLabel]: 'campaign' } },
    ...rest,
  });
  const [database, signing, keys] = secrets;
  const trigger = (name: string, filter: object) =>
    object('eventing.knative.dev/v1', 'Trigger', name, {
      spec: {
        broker: 'default',
        filters: [filter],
        subscriber: {
          ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'recorder' },
          uri: '/events',
        },
      },
    });
  const route = (path: string, service: string, uri: string) => ({
    match: [{ uri: { exact: path }, method: { exact: 'POST' } }],
    rewrite: { uri, authority: `${service}.${namespace}.svc.cluster.local` },
    route: [{ destination: { host: gatewayHost } }],
    timeout: '10s',
    retries: { attempts: 0 },
  });
  return [
    object('v1', 'Secret', database, { stringData: { DATABASE_URL: databaseUrl } }),
    object('v1', 'Secret', signing, { stringData: { EVENT_SIGNING_KEYS: signingKeys } }),
    object('v1', 'Secret', keys, { stringData: { EVENT_KEYS: eventKeys } }),
    object('v1', 'ConfigMap', 'recorder-program', { data: program }),
    recorder(options),
    trigger(campaignTriggers[0], { prefix: { type: 'dev.dormouse.post.' } }),
    trigger(campaignTriggers[1], { exact: { type: 'dev.dormouse.chaos.counted.v1' } }),
    object('networking.istio.io/v1', 'VirtualService', 'chaos', {
      spec: {
        hosts: [campaignHost],
        gateways,
        http: [route('/chaos/emit', 'recorder', '/emit'), route('/chaos/relay', 'relay', '/')],
      },
    }),
  ];
}

function recorder({ namespace, posts }: CampaignObjectsOptions): object {
  const { spec } = posts.spec.template;
  const [container] = spec.containers;
  if (!container) throw new TypeError('the Service posts has no container');
  const kept = (container.envFrom ?? []).filter((each) => !('secretRef' in each));
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: {
      name: 'recorder',
      namespace,
      labels: { [campaignLabel]: 'campaign', 'networking.knative.dev/visibility': 'cluster-local' },
    },
    spec: {
      template: {
        metadata: { annotations: { 'autoscaling.knative.dev/max-scale': '2' } },
        spec: {
          ...spec,
          containers: [
            {
              ...container,
              command: ['node', '/recorder/main.js'],
              envFrom: [...kept, ...secrets.map((name) => ({ secretRef: { name } }))],
              volumeMounts: [{ name: 'program', mountPath: '/recorder', readOnly: true }],
            },
          ],
          volumes: [{ name: 'program', configMap: { name: 'recorder-program' } }],
        },
      },
    },
  };
}
