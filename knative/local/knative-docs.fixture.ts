/** A sample of knative/docs, as a small manifest of the same shape. */
export interface Sample {
  /** Where the sample is in knative/docs. */
  path: string;
  manifest: string;
  /** Manifests of the same walk-through that it is applied with. */
  beside?: readonly string[];
  /** Line and reason, where it cannot run on one machine. */
  refused?: string;
}

const image = (name: string) => `registry.example/samples/${name}:latest`;

/** A Service with one container, as most samples have it. */
const ksvc = (name: string, more = '', namespace = 'default') => `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  template:
    spec:
      containers:
        - image: ${image(name)}
${more}`;

const target = (text: string) => `          env:
            - name: TARGET
              value: "${text}"
`;

const deployment = (name: string, port?: number, labels = true) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
${labels ? `  labels:\n    app: ${name}\n` : ''}spec:
  replicas: 1
  selector:
    matchLabels: &labels
      app: ${name}
  template:
    metadata:
      labels: *labels
    spec:
      containers:
        - name: ${name}
          image: ${image(name)}
${port ? `          ports:\n            - containerPort: ${port}\n` : ''}`;

const service = (name: string, of: string, ports: string, type = '') => `apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector:
    app: ${of}
  ports:
    - ${ports}
${type && `  type: ${type}\n`}`;

const all = (...manifests: string[]) => manifests.join('\n---\n\n');

const program = (name: string, port = 8080) =>
  all(deployment(name, port), service(name, name, `{ name: http, protocol: TCP, port: 80, targetPort: ${port} }`));

const broker = (name: string, config = '') => `apiVersion: eventing.knative.dev/v1
kind: Broker
metadata:
  name: ${name}
${config}`;

const ofConfigMap = `  namespace: default
  annotations:
    eventing.knative.dev/broker.class: MTChannelBasedBroker
spec:
  config:
    apiVersion: v1
    kind: ConfigMap
    name: config-br-default-channel
    namespace: knative-eventing
`;

const trigger = (name: string, of: string, subscriber: string, filter = '') => `apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata:
  name: ${name}
spec:
  broker: ${of}
${filter}  subscriber:
    ref:
${subscriber}`;

const ref = (apiVersion: string, kind: string, name: string) =>
  `      apiVersion: ${apiVersion}\n      kind: ${kind}\n      name: ${name}\n`;

const binding = (name: string, label: string, sink: string) => `apiVersion: sources.knative.dev/v1
kind: SinkBinding
metadata:
  name: ${name}
  namespace: default
spec:
  subject:
    apiVersion: apps/v1
    kind: Deployment
    selector:
      matchLabels:
        app: ${label}
  sink:
    ref:
${sink}`;

const sequence = (apiVersion: string, reply: string) => `apiVersion: flows.knative.dev/v1
kind: Sequence
metadata:
  name: reviews
spec:
  channelTemplate: # one channel before each step
    apiVersion: messaging.knative.dev/v1
    kind: InMemoryChannel
  steps:
    - ref:
        apiVersion: ${apiVersion}
        kind: Service
        name: words
    - ref:
        apiVersion: ${apiVersion}
        kind: Service
        name: mood
  reply:
    ref:
      kind: Broker
      apiVersion: eventing.knative.dev/v1
      name: ${reply}
`;

const database = (kind: string, env: string, volume = true) => `apiVersion: apps/v1
kind: ${kind}
metadata:
  name: database
spec:
  replicas: 1
  selector:
    matchLabels:
      app: database
  template:
    metadata:
      labels:
        app: database
    spec:
      containers:
        - name: database
          image: ${image('database')}
          env:
${env}          ports:
            - containerPort: 5432
${
  volume
    ? `          volumeMounts:
            - name: storage
              mountPath: /var/lib/database
      volumes:
        - name: storage
          persistentVolumeClaim:
            claimName: database-storage
`
    : ''
}`;
const plainEnv = '            - name: DATABASE_USER\n              value: reader\n';
const secretEnv = `            - name: DATABASE_USER
              valueFrom:
                secretKeyRef:
                  name: database-user
                  key: NAME
`;
const claim = `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: database-storage
spec:
  accessModes:
    - ReadWriteOnce
  resources:
    requests:
      storage: 1Gi
`;
const statements = `apiVersion: v1
kind: ConfigMap
metadata:
  name: statements
data:
  tables.sql: |
    CREATE TABLE reviews (id SERIAL PRIMARY KEY, words TEXT);
`;
const secret = `apiVersion: v1
kind: Secret
metadata:
  name: database-user
type: Opaque
data:
  NAME: cmVhZGVy
stringData:
  PASSWORD: not-a-secret
`;
const job = (env: string, more = '') => `apiVersion: batch/v1
kind: Job
metadata:
  name: tables
spec:
${more}  template:
    spec:
      containers:
        - name: client
          image: ${image('client')}
          command: ["client", "-h", "database", "-f", "/sql/tables.sql"]
          env:
${env}          volumeMounts:
            - name: sql
              mountPath: /sql
      restartPolicy: Never
      volumes:
        - name: sql
          configMap:
            name: statements
  backoffLimit: 5
`;
const databasePort = service('database', 'database', 'port: 5432', 'NodePort');

const pipe = (sink: string) => `apiVersion: camel.apache.org/v1
kind: Pipe
metadata:
  name: pipe
  annotations:
    trait.camel.apache.org/mount.configs: "secret:chat"
spec:
  source:
    ref:
      kind: Broker
      apiVersion: eventing.knative.dev/v1
      name: reviews
    properties:
      type: review.checked
  sink:
    ref:
      kind: Kamelet
      apiVersion: camel.apache.org/v1
      name: ${sink}
`;
const ofCamel = 'camel.apache.org/v1 Pipe does not run here: Camel K builds and runs its programs in a cluster';

const probed = `          env:
            - name: SERVICE_NAME
              value: Search Service
          readinessProbe:
            httpGet:
              path: /
            initialDelaySeconds: 3
`;
const routed = all(ksvc('search', probed), ksvc('login', probed));
const step = (message: string) => `          env:
            - name: MESSAGE
              value: "${message}"
`;
const twoSteps = all(ksvc('words', step(' - handled by 0')), ksvc('mood', step(' - handled by 1')));
const display = ksvc('event-display');
const displayed = program('event-display');
const bookstore = 'code-samples/eventing/bookstore-sample-app';
const store = program('store', 8000);
const toBroker = ref('eventing.knative.dev/v1', 'Broker', 'reviews');
const ofType = '  filter:\n    attributes:\n      type: review.written\n';

const switcher = ksvc(
  'switcher',
  `          env:
            - name: EXPRESSION
              value: Math.round(Date.parse(event.time) / 60000) % 2
            - name: CASES
              value: '[0, 1]'
`,
);
const transformers = all(ksvc('even', step('we are even!')), ksvc('odd', step('this is odd!')));
const parallel = `apiVersion: flows.knative.dev/v1
kind: Parallel
metadata:
  name: even-odd
spec:
  channelTemplate:
    apiVersion: messaging.knative.dev/v1
    kind: InMemoryChannel
  branches:
    - filter:
        uri: "http://switcher.default.svc.cluster.local/0"
      subscriber:
        ref:
          apiVersion: serving.knative.dev/v1
          kind: Service
          name: even
    - filter:
        uri: "http://switcher.default.svc.cluster.local/1"
      subscriber:
        ref:
          apiVersion: serving.knative.dev/v1
          kind: Service
          name: odd
  reply:
    ref:
      apiVersion: serving.knative.dev/v1
      kind: Service
      name: event-display
`;

/** The samples of `code-samples/`, and three of `docs/`, of kinds that these have not. */
export const samples: readonly Sample[] = [
  { path: 'code-samples/community/serving/helloworld-rserver/service.yaml', manifest: ksvc('r', target('R v1')) },
  { path: 'code-samples/community/serving/helloworld-swift/service.yaml', manifest: ksvc('swift', target('Swift v1')) },
  {
    path: 'code-samples/community/serving/machinelearning-python-bentoml/service.yaml',
    manifest: ksvc(
      'irises',
      `          ports:
          - containerPort: 5000 # Port to route to
          livenessProbe:
            httpGet:
              path: /healthz
            initialDelaySeconds: 3
            periodSeconds: 5
          readinessProbe:
            httpGet:
              path: /healthz
            periodSeconds: 5
            failureThreshold: 3
            timeoutSeconds: 60
`,
    ),
  },
  { path: `${bookstore}/ML-inappropriate-language-filter/deplyment-service.yaml`, manifest: program('words') },
  { path: `${bookstore}/ML-sentiment-analysis/config/100-deployment-service.yaml`, manifest: program('mood') },
  { path: `${bookstore}/bookstore-eda/broker.yaml`, manifest: broker('reviews', ofConfigMap) },
  { path: `${bookstore}/bookstore-eda/config/100-deployment.yaml`, manifest: store },
  { path: `${bookstore}/bookstore-eda/config/200-broker.yaml`, manifest: broker('reviews') },
  {
    path: `${bookstore}/bookstore-eda/config/300-sinkbinding.yaml`,
    manifest: binding('store-binding', 'store', toBroker),
    beside: [store, broker('reviews')],
  },
  {
    path: `${bookstore}/bookstore-eda/service.yaml`,
    manifest: service('store', 'store', '{ protocol: TCP, port: 80, targetPort: 8000 }', 'LoadBalancer'),
  },
  { path: `${bookstore}/db-service/100-create-configmap.yaml`, manifest: statements },
  { path: `${bookstore}/db-service/100-create-secret.yaml`, manifest: secret },
  {
    path: `${bookstore}/db-service/200-create-postgre.yaml`,
    manifest: database('StatefulSet', plainEnv),
    beside: [claim],
  },
  { path: `${bookstore}/db-service/300-expose-service.yaml`, manifest: databasePort },
  {
    path: `${bookstore}/db-service/create-deployment.yaml`,
    manifest: database('Deployment', plainEnv),
    beside: [claim],
  },
  { path: `${bookstore}/db-service/create-job.yaml`, manifest: job(plainEnv), beside: [statements] },
  { path: `${bookstore}/db/PVC.yaml`, manifest: claim },
  { path: `${bookstore}/db/bookstore-eda/broker.yaml`, manifest: broker('reviews', 'spec: {}\n') },
  { path: `${bookstore}/db/bookstore-eda/deployment.yaml`, manifest: deployment('store', 8000) },
  { path: `${bookstore}/db/bookstore-eda/event-display.yaml`, manifest: display },
  {
    path: `${bookstore}/db/bookstore-eda/trigger.yaml`,
    manifest: trigger('display', 'reviews', ref('serving.knative.dev/v1', 'Service', 'event-display')),
    beside: [broker('reviews'), display],
  },
  { path: `${bookstore}/db/deployment.yaml`, manifest: database('Deployment', plainEnv, false) },
  { path: `${bookstore}/db/job.yaml`, manifest: job(plainEnv), beside: [statements] },
  { path: `${bookstore}/db/service.yaml`, manifest: databasePort, beside: [database('Deployment', plainEnv, false)] },
  {
    path: `${bookstore}/frontend/config/100-front-end-deployment.yaml`,
    manifest: all(deployment('pages', 3000), service('pages-service', 'pages', 'port: 3000', 'LoadBalancer')),
  },
  {
    path: `${bookstore}/frontend/config/200-sink-binding-frontend.yaml`,
    manifest: binding('pages-binding', 'pages', ref('serving.knative.dev/v1', 'Service', 'store')),
    beside: [deployment('pages', 3000), ksvc('store')],
  },
  { path: `${bookstore}/node-server/config/100-deployment.yaml`, manifest: store },
  { path: `${bookstore}/node-server/config/200-broker.yaml`, manifest: broker('reviews') },
  {
    path: `${bookstore}/node-server/config/300-sinkbinding.yaml`,
    manifest: binding('store-binding', 'store', toBroker),
    beside: [store, broker('reviews')],
  },
  {
    path: `${bookstore}/sequence/create-sequence.yaml`,
    manifest: sequence('v1', 'reviews'),
    beside: [program('words'), program('mood'), broker('reviews')],
  },
  {
    path: `${bookstore}/sequence/create-trigger.yaml`,
    manifest: trigger('reviews', 'reviews', ref('flows.knative.dev/v1', 'Sequence', 'reviews'), ofType),
    beside: [broker('reviews'), sequence('v1', 'reviews'), program('words'), program('mood')],
  },
  {
    path: `${bookstore}/slack-sink/config/100-slack-sink-camel-pipe.yaml`,
    manifest: pipe('chat-sink'),
    refused: `1: ${ofCamel}`,
  },
  { path: `${bookstore}/slack-sink/slack-sink-camel-pipe.yaml`, manifest: pipe('log-sink'), refused: `1: ${ofCamel}` },
  { path: `${bookstore}/solution/ML-bad-word-filter/config/100-deplyment-service.yaml`, manifest: program('words') },
  { path: `${bookstore}/solution/ML-sentiment-analysis/config/100-deployment-service.yaml`, manifest: program('mood') },
  { path: `${bookstore}/solution/db-service/100-create-volume.yaml`, manifest: claim },
  {
    path: `${bookstore}/solution/db-service/200-create-postgre.yaml`,
    manifest: database('StatefulSet', secretEnv),
    beside: [claim, secret],
  },
  { path: `${bookstore}/solution/db-service/300-expose-service.yaml`, manifest: databasePort },
  {
    path: `${bookstore}/solution/db-service/400-create-job.yaml`,
    manifest: job(secretEnv, '  ttlSecondsAfterFinished: 50\n'),
    beside: [statements, secret],
  },
  {
    path: `${bookstore}/solution/frontend/config/100-front-end-deployment.yaml`,
    manifest: all(
      deployment('pages', 3000),
      service('pages-svc', 'pages', '{ protocol: TCP, port: 3000, targetPort: 3000 }', 'LoadBalancer'),
    ),
  },
  {
    path: `${bookstore}/solution/node-server/config/100-deployment.yaml`,
    manifest: all(
      deployment('store', 8000),
      service('store-svc', 'store', '{ protocol: TCP, port: 8080, targetPort: 8000 }', 'LoadBalancer'),
    ),
  },
  {
    path: `${bookstore}/solution/node-server/config/100-event-display.yaml`,
    manifest: all(
      deployment('event-display', 8080, false),
      service('event-display', 'event-display', '{ port: 80, targetPort: 8080 }', 'ClusterIP'),
    ),
  },
  {
    path: `${bookstore}/solution/node-server/config/100-scale-to-zero-disable.yaml`,
    manifest: `# Nothing sleeps.
apiVersion: v1
kind: ConfigMap
metadata:
  name: config-autoscaler
  namespace: knative-serving
data:
  enable-scale-to-zero: "false"
`,
    beside: [display],
  },
  { path: `${bookstore}/solution/node-server/config/200-broker.yaml`, manifest: broker('reviews', ofConfigMap) },
  {
    path: `${bookstore}/solution/node-server/config/200-log-trigger.yaml`,
    manifest: trigger('log', 'reviews', ref('v1', 'Service', 'event-display')),
    beside: [broker('reviews'), displayed],
  },
  {
    path: `${bookstore}/solution/node-server/config/300-sinkbinding.yaml`,
    manifest: binding('store-binding', 'store', toBroker),
    beside: [store, broker('reviews')],
  },
  {
    path: `${bookstore}/solution/sequence/config/100-create-sequence.yaml`,
    manifest: sequence('serving.knative.dev/v1', 'reviews'),
    beside: [twoSteps, broker('reviews')],
  },
  {
    path: `${bookstore}/solution/sequence/config/200-create-trigger.yaml`,
    manifest: trigger('reviews', 'reviews', ref('flows.knative.dev/v1', 'Sequence', 'reviews'), ofType),
    beside: [broker('reviews'), sequence('serving.knative.dev/v1', 'reviews'), twoSteps],
  },
  { path: `${bookstore}/solution/slack-sink/config/100-broker.yaml`, manifest: broker('bad-words') },
  {
    path: `${bookstore}/solution/slack-sink/config/100-slack-sink-camel-pipe.yaml`,
    manifest: `# A flow of Camel K.\n${pipe('chat-sink')}`,
    refused: `2: ${ofCamel}`,
  },
  {
    path: `${bookstore}/start/frontend/config/100-front-end-deployment.yaml`,
    manifest: all(
      deployment('pages', 3000),
      service('pages-svc', 'pages', '{ protocol: TCP, port: 80, targetPort: 3000 }', 'LoadBalancer'),
    ),
  },
  { path: `${bookstore}/start/node-server/config/100-deployment.yaml`, manifest: store },
  {
    path: 'code-samples/eventing/helloworld/helloworld-go/sample-app.yaml',
    manifest: all(
      'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: hello\n',
      broker(
        'default',
        '  namespace: hello\n  annotations:\n    eventing.knative.dev/broker.class: MTChannelBasedBroker\nspec: {}\n',
      ),
      deployment('hello').replace('name: hello\n', 'name: hello\n  namespace: hello\n'),
      service('hello', 'hello', '{ protocol: TCP, port: 80, targetPort: 8080 }').replace(
        'name: hello\n',
        'name: hello\n  namespace: hello\n',
      ),
      trigger(
        'hello',
        'default',
        ref('v1', 'Service', 'hello'),
        '  filter:\n    attributes:\n      type: samples.hello\n      source: samples/hello\n',
      ).replace('name: hello\n', 'name: hello\n  namespace: hello\n'),
    ),
  },
  { path: 'code-samples/eventing/kafka/binding/event-display.yaml', manifest: display },
  {
    path: 'code-samples/eventing/kafka/binding/event-source.yaml',
    manifest: `apiVersion: sources.knative.dev/v1
kind: KafkaSource
metadata:
  name: topics
spec:
  consumerGroup: readers
  bootstrapServers:
    - kafka.example:9092
  topics:
    - reviews
  sink:
    ref:
      apiVersion: serving.knative.dev/v1
      kind: Service
      name: event-display
`,
    beside: [display],
    refused:
      '1: sources.knative.dev/v1 KafkaSource does not run here: there is no Kafka; a ContainerSource can read its topics',
  },
  {
    path: 'code-samples/eventing/parallel/multiple-branches/ping-source.yaml',
    manifest: `apiVersion: sources.knative.dev/v1
kind: PingSource
metadata:
  name: ping-source
spec:
  schedule: "*/1 * * * *"
  contentType: "application/json"
  data: '{"message": "Even or odd?"}'
  sink:
    ref:
      apiVersion: flows.knative.dev/v1
      kind: Parallel
      name: even-odd
`,
    beside: [parallel, switcher, transformers, display],
  },
  { path: 'code-samples/eventing/parallel/mutual-exclusivity/switcher.yaml', manifest: switcher },
  { path: 'code-samples/eventing/parallel/mutual-exclusivity/transformers.yaml', manifest: transformers },
  { path: 'code-samples/serving/cloudevents/cloudevents-go/service.yaml', manifest: ksvc('cloudevents') },
  { path: 'code-samples/serving/hello-world/helloworld-php/service.yaml', manifest: ksvc('php', target('PHP v1')) },
  {
    path: 'code-samples/serving/hello-world/helloworld-python/service.yaml',
    manifest: ksvc('python', target('Python v1')),
  },
  {
    path: 'code-samples/serving/hello-world/helloworld-shell/service.yaml',
    manifest: ksvc('shell', target('Shell v1')),
  },
  {
    path: 'code-samples/serving/knative-routing-go/routing-internal.yaml',
    manifest: `apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata:
  name: entry
  namespace: default
spec:
  gateways:
  - knative-ingress-gateway.knative-serving.svc.cluster.local
  hosts:
  - shop.example
  http:
  - match:
    - uri:
        prefix: "/search"
    rewrite:
      authority: search.default.svc.cluster.local
    route:
      - destination:
          host: knative-local-gateway.istio-system.svc.cluster.local
          port:
            number: 80
        weight: 100
  - match:
    - uri:
        prefix: "/login"
    rewrite:
      authority: login.default.svc.cluster.local
    route:
      - destination:
          host: knative-local-gateway.istio-system.svc.cluster.local
          port:
            number: 80
        weight: 100
`,
    beside: [routed],
  },
  { path: 'code-samples/serving/knative-routing-go/sample.yaml', manifest: routed },
  { path: 'code-samples/serving/kong-routing-go/sample.yaml', manifest: routed },
  {
    path: 'code-samples/serving/multi-container/service.yaml',
    manifest: ksvc(
      'pair',
      `          ports:\n            - containerPort: 8881\n        - image: ${image('beside')}\n`,
    ),
  },
  {
    path: 'code-samples/serving/secrets-go/service.yaml',
    manifest: ksvc(
      'secrets',
      `          env:
          - name: CREDENTIALS
            value: /var/secret/robot.json
          volumeMounts:
          - name: robot
            mountPath: /var/secret
      volumes:
      - name: robot
        secret:
          secretName: robot-of-the-shop
`,
    ),
  },
  {
    path: 'code-samples/serving/websockets-go/config/service.yaml',
    manifest: ksvc('websockets').replace(image('websockets'), 'ko://git.example/samples/websockets/cmd/server'),
  },
  {
    path: 'docs/eventing/debugging/example.yaml',
    manifest: all(
      'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: debug\n',
      `apiVersion: sources.knative.dev/v1
kind: ApiServerSource
metadata:
  name: objects
spec:
  serviceAccountName: watcher
  mode: Resource
  resources:
    - apiVersion: v1
      kind: Event
  sink:
    ref:
      apiVersion: messaging.knative.dev/v1
      kind: InMemoryChannel
      name: objects
`,
    ),
    refused:
      '8: sources.knative.dev/v1 ApiServerSource does not run here: there is no cluster whose objects could be watched',
  },
  { path: 'docs/eventing/flows/sequence/sequence-terminal/steps.yaml', manifest: twoSteps },
  {
    path: 'docs/eventing/sources/ping-source/ping-source-binary.yaml',
    manifest: `apiVersion: sources.knative.dev/v1
kind: PingSource
metadata:
  name: binary
  namespace: default
spec:
  schedule: "*/2 * * * *"
  contentType: "text/plain"
  dataBase64: "ZGF0YQ=="
  sink:
    ref:
      apiVersion: serving.knative.dev/v1
      kind: Service
      name: event-display
`,
    beside: [display],
  },
];
