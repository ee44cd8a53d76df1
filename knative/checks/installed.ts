// Objects that Istio, Knative and the observability stack install before Dormouse; manifests refer to them.

/** Ports of Services, by namespace and name. */
export const installedServices: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  default: { kubernetes: [443] },
  'kube-system': { 'kube-dns': [53, 9153] },
  'istio-system': {
    'knative-local-gateway': [80, 443],
    'istio-ingressgateway': [15021, 80, 443],
    istiod: [15010, 15012, 443, 15014],
  },
  'knative-serving': { 'activator-service': [80, 81, 443, 9090, 8008], autoscaler: [8080, 9090, 8008] },
  'knative-eventing': { 'broker-ingress': [80, 443], 'broker-filter': [80, 443], 'kafka-broker-ingress': [80, 443] },
  observability: { 'otel-collector': [4317, 4318] },
  // Kafka itself: a cluster of that name by Strimzi.
  kafka: { 'dormouse-kafka-bootstrap': [9092, 9093] },
};

/** ServiceAccounts, by namespace. */
export const installedAccounts: Readonly<Record<string, readonly string[]>> = {
  'istio-system': ['istiod', 'istio-ingressgateway', 'istio-ingressgateway-service-account'],
  'knative-serving': ['activator', 'controller'],
  'knative-eventing': [
    ...[
      'mt-broker-ingress',
      'mt-broker-filter',
      'pingsource-mt-adapter',
      'imc-dispatcher',
      'imc-controller',
      'eventing-controller',
      'job-sink',
    ],
    ...['knative-kafka-broker-data-plane', 'kafka-controller'],
  ],
  observability: ['otel-collector', 'prometheus'],
};

/** Labels of installed Pods, by namespace. */
export const installedPods: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
  'kube-system': [{ 'k8s-app': 'kube-dns' }],
  'istio-system': [
    { app: 'istiod', istio: 'pilot' },
    { app: 'istio-ingressgateway', istio: 'ingressgateway' },
    { app: 'kiali', 'app.kubernetes.io/name': 'kiali' },
  ],
  'knative-serving': ['activator', 'autoscaler', 'controller', 'webhook'].map((name) => ({
    app: name,
    'app.kubernetes.io/name': 'knative-serving',
    'app.kubernetes.io/component': name,
  })),
  'knative-eventing': [
    {
      'app.kubernetes.io/name': 'knative-eventing',
      'app.kubernetes.io/component': 'broker-ingress',
      'eventing.knative.dev/brokerRole': 'ingress',
    },
    {
      'app.kubernetes.io/name': 'knative-eventing',
      'app.kubernetes.io/component': 'broker-filter',
      'eventing.knative.dev/brokerRole': 'filter',
    },
    {
      'app.kubernetes.io/name': 'knative-eventing',
      'app.kubernetes.io/component': 'imc-dispatcher',
      'messaging.knative.dev/channel': 'in-memory-channel',
      'messaging.knative.dev/role': 'dispatcher',
    },
    {
      'app.kubernetes.io/name': 'knative-eventing',
      'app.kubernetes.io/component': 'pingsource-mt-adapter',
      'sources.knative.dev/role': 'adapter',
    },
    { app: 'kafka-broker-receiver' },
    { app: 'kafka-broker-dispatcher' },
  ],
  observability: [{ 'app.kubernetes.io/name': 'otel-collector' }, { 'app.kubernetes.io/name': 'prometheus' }],
};

/** Other objects, as `kind namespace/name`. */
export const installedObjects: readonly string[] = [
  'Gateway.networking.istio.io knative-serving/knative-ingress-gateway',
  'Gateway.networking.istio.io knative-serving/knative-local-gateway',
  'ConfigMap knative-eventing/kafka-broker-config',
  'ConfigMap knative-eventing/config-br-default-channel',
  'ConfigMap knative-eventing/config-br-defaults',
];

export const installedNamespaces: readonly string[] = Object.keys(installedServices);
