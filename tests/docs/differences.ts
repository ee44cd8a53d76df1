/** A difference between the local platform and Knative on a cluster. Texts are Markdown. */
export interface Difference {
  what: string;
  cluster: string;
  here: string;
  because: string;
  /** Tests that show it here: file from the project's root, and words of the test. */
  shownBy: readonly (readonly [file: string, words: string])[];
}

export const differences: readonly Difference[] = [
  {
    what: 'instances and their programs',
    cluster: 'Pods, of images from a registry; a rollout takes `rollout-duration`',
    here: 'processes of the same user, bound to loopback; programs from sources, again at each change. A new revision takes over once it is ready, at once',
    because: 'nothing to install; development on a laptop',
    shownBy: [['knative/local/platform.test.ts', 'is followed: a changed source becomes a new revision by itself']],
  },
  {
    what: 'an earlier revision in `spec.traffic`',
    cluster: 'its image',
    here: 'its template; its program as it lies there now, a bundle as it was if it is still kept. The last 10 of each Service are known; one that is not gets 503, and the rest of the traffic goes on',
    because: 'there is no registry that keeps former images',
    shownBy: [['knative/local/own-programs.test.ts', 'revisionName: shop-00001']],
  },
  {
    what: 'emptyDir, claims',
    cluster: 'as long as the Pod; by a provisioner',
    here: 'kept in `DORMOUSE_HOME/volumes` for the Service (`NAMESPACE_SERVICE`), for the claim (`NAMESPACE__CLAIM`)',
    because: 'pictures would be lost at each scale to zero',
    shownBy: [['knative/local/serving/process/environment.test.ts', 'has one folder for a claim, whoever names it']],
  },
  {
    what: 'cluster addresses',
    cluster: 'DNS',
    here: 'a loopback listener for each cluster-local Service, the Broker, `knative-local-gateway.istio-system` (one for all Services, selected by Host; 404 for an unknown host) and `kubernetes.default`, put into the values of env',
    because: 'no DNS to change',
    shownBy: [['knative/local/cluster-services.test.ts', 'functions get the secret with the addresses of broker']],
  },
  {
    what: 'Kubernetes API',
    cluster: 'everything, by permissions',
    here: 'the kinds above ([kubectl](#kubectl)), with discovery, selectors, tables, watches and writing; field selectors by name and namespace; no Pods. Namespaces are there when an object is in them. [Lines of kn](../../tests/local-platform/kn/walk.txt) that differ have a reason each',
    because: 'one machine, one user',
    shownBy: [
      ['knative/local/kubernetes-writing.test.ts', 'runs: a Service that is created, changed and deleted'],
      ['tests/local-platform/kn/kn.test.ts', 'kn and kubectl on a cluster'],
    ],
  },
  {
    what: 'not ready, and when probes begin',
    cluster: 'requests wait until their timeout; probes begin with the container, one each period',
    here: 'not ready for 5 s: events wait until their delivery’s timeout, others get 503 with the probe’s message and Retry-After; so does one that does not start at all. Readiness and startup are asked when it listens, at once and then often, liveness when it has started; a startup probe may fail for `initialDelaySeconds` + `failureThreshold` × `periodSeconds`. A process that is not alive is ended and replaced',
    because: 'a developer is waiting, and a cold start does not wait for a period',
    shownBy: [
      ['knative/local/platform.test.ts', 'is not ready: requests wait for it, then hear the words of its probe'],
      ['knative/local/platform.test.ts', 'does not start in the time of its startup probe'],
    ],
  },
  {
    what: 'Brokers, channels, JobSinks',
    cluster: 'by their class, their kind; all Jobs at once, as far as nodes and quotas let them',
    here: 'one durable log whatever the class ([decision 6](../decisions/0006-broker-store.md)). A channel answers 202 once an event is stored; an InMemoryChannel without `async-handler` once it is delivered. Four Jobs of each JobSink at a time; the last 1,000 that have ended are known by their event',
    because: 'no event is lost; a laptop has few cores',
    shownBy: [
      ['knative/local/eventing/channels.test.ts', 'has stored an event when it answers 202'],
      ['knative/local/job-sinks.test.ts', 'runs four Jobs at once'],
    ],
  },
  {
    what: 'events that nobody takes',
    cluster: 'dropped where there is no dead-letter sink',
    here: 'kept on disk with their cause until `npm run reset`; the console lists the newest 1,000. A dead-letter sink that is added later gets new failures only; older ones stay listed',
    because: 'nothing is lost silently',
    shownBy: [['knative/local/eventing/broker.test.ts', 'keeps on disk what the dead-letter sink rejects, too']],
  },
  {
    what: 'slips: a CESQL filter that calls a function that does not exist; exact, prefix or suffix with an empty value; an extension of a PingSource called as an attribute of CloudEvents; a field of a schedule that is only commas; an unknown `autoscaling.knative.dev/…`',
    cluster: 'accepted; passes nothing, passes everything, never sends, is ignored',
    here: 'rejected with `file:line`',
    because: 'it can only be an error',
    shownBy: [
      ['knative/local/manifests/readers/read-platform.test.ts', 'spec.filters[0].cesql calls SUBSTR with 2 arguments'],
    ],
  },
  {
    what: 'events over HTTP: `ce-source` and `ce-dataschema`; an answer 202 with an event; structured mode without `datacontenttype`',
    cluster:
      'the SDKs neither encode nor decode percents; a reply; the channel-based Broker delivers it without Content-Type, and functions reject it (415)',
    here: 'as the SDKs, against 3.1.3 of the HTTP binding; no reply; `application/json`',
    because:
      '`%20` in a URI has to arrive unchanged; the data-plane contract says so; CloudEvents’ JSON format (3.1) defines them as equal',
    shownBy: [
      ['knative/local/eventing/store/cloudevents.test.ts', '/people/Jane%20Doe'],
      ['knative/local/eventing/broker.test.ts', 'an answer 202 is never a reply'],
      ['knative/local/eventing/store/cloudevents.test.ts', "datacontenttype: 'application/json'"],
    ],
  },
  {
    what: 'CESQL: AND, OR and XOR side by side without parentheses; integers out of 32 bits',
    cluster: 'grouped to the right by the library that Knative uses; wrap around',
    here: 'to the left, as in CESQL 1.0 (3.6); a math error, and no match',
    because: 'the specification says so of the first, and of ABS; with parentheses both agree',
    shownBy: [
      ['knative/cesql/parse.test.ts', "'a OR b AND c', '(a OR b) AND c'"],
      ['knative/cesql/evaluate.test.ts', "'2147483647 + 1', [0, 'math', 11]"],
    ],
  },
  {
    what: 'VirtualService: `retries`; `mirror`, `mirrors`',
    cluster: 'as declared; bodies of any length',
    here: 'by status (`502`, `gateway-error`, `5xx`) as declared, after a failed connection whatever it declares; `perTryTimeout` and other conditions are rejected with `file:line`. Bodies up to 1 MiB, once they have come; no upgrades; to a Service of Knative: rejected with `file:line`',
    because: 'a request waits for an instance; Knative’s gateway answers 404 to a Host that ends in `-shadow`',
    shownBy: [
      ['knative/local/manifests/readers/read-platform.test.ts', 'spec.http[0].retries.perTryTimeout is not understood'],
      ['knative/local/serving/ingress/policies.test.ts', 'get bodies that are longer than what is held, up to 1 MiB'],
    ],
  },
  {
    what: 'HTTP',
    cluster: '1.1, 2, TLS, WebSocket',
    here: 'HTTP/1.1, HTTP/2 in clear text (prior knowledge; to containers whose port is named `h2c`), WebSocket and other upgrades; no TLS',
    because: '[decision 39](../decisions/0039-http-by-node.md)',
    shownBy: [['knative/local/serving/ingress/protocols.test.ts', 'to HTTP/2 (h2c) is not followed']],
  },
  {
    what: 'traces: `x-trace-id` of responses by the ingress itself (`/health`, its 404s); sampling',
    cluster: 'none; by configuration',
    here: 'present; 10 new traces a second in full, 50 at once, and 5 more, 25 at once, of those that clients want sampled by a `traceparent`; the Broker 10 and 100; the ingress’ own span always',
    because: 'rejected requests can be found in the console, which knows every `x-trace-id`',
    shownBy: [['knative/local/platform.test.ts', "headers.get('x-trace-id')"]],
  },
];
