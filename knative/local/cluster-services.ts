import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { closeHttp, originOf, serveHttp } from '@dormouse/http/internal-http';
import { guardLoopback } from '@dormouse/http/loopback-guard';
import { type KubernetesApiOptions, kubernetesApi } from '@dormouse/kubernetes-api/kubernetes-api';
import { jobSinkHost } from '@dormouse/manifests/address-of';
import { brokerOfChannel, channelAt } from '@dormouse/manifests/channel-address';
import type { Platform } from '@dormouse/manifests/model';
import type { SharedCache } from '@dormouse/serving/cache/shared-cache';
import { localGateway } from '@dormouse/serving/ingress/local-gateway';
import type { Target } from '@dormouse/serving/proxy/exchange';
import { listen } from '@dormouse/serving/proxy/listener';
import { countedListener } from '@dormouse/telemetry/counted-listener';
import type { Received } from '@dormouse/telemetry/otlp/otlp-receiver';
import type { Telemetry } from '@dormouse/telemetry/telemetry';
import { purgeHost } from './with-purge-url.ts';

/** Loopback listeners that replace in-cluster services: broker, OTLP collector, Kubernetes API, local gateway. */
export interface ClusterServices {
  /** `http://127.0.0.1:PORT`; an event needs the secret. */
  brokers: string;
  /** OTLP over HTTP; telemetry needs the secret. */
  otlp: string;
  kubernetes: string;
  /** The Kubernetes API's address with the secret in its path, for the kubeconfig. */
  secretKubernetes: string;
  /** The brokers' address with the secret in its path, for the platform's own programs: never shown. */
  secretBrokers: string;
  /** Local address for an in-cluster address, except those of Services; with the secret in its path where it is needed. */
  addressOf(address: string): string | undefined;
}

export interface ClusterServicesOptions {
  platform: () => Platform;
  /** Of the Kubernetes API. */
  objects: Omit<KubernetesApiOptions, 'secret'>;
  target: (name: string, namespace: string) => Target | undefined;
  /** Handler of the brokers; `undefined` until they are open. */
  handle: () => ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  /** Handler of the JobSinks, the same way. */
  jobSinks: () => ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  /** Of the ingress. */
  cache?: SharedCache | undefined;
  telemetry: Telemetry;
  received?: Received | undefined;
  /** Wanted from whoever sends events or telemetry. */
  accessToken: string;
  cleanup: AsyncDisposableStack;
}

/** Answers 503 until there is a handler. */
const once =
  (handler: ClusterServicesOptions['handle']): RequestListener =>
  (request, response) => {
    const opened = handler();
    if (opened) opened(request, response);
    else response.writeHead(503, { 'retry-after': '1' }).end();
  };

/** Opens the listeners; `cleanup` closes them. @see ClusterServices */
export async function openClusterServices({
  platform,
  objects,
  target,
  handle,
  jobSinks,
  cache,
  telemetry,
  received,
  accessToken: secret,
  cleanup,
}: ClusterServicesOptions): Promise<ClusterServices> {
  const brokers = await serveHttp(
    countedListener(guardLoopback(once(handle), { secret }), telemetry.requests, 'broker'),
  );
  cleanup.defer(() => closeHttp(brokers));
  const jobs = await serveHttp(guardLoopback(once(jobSinks), { secret }));
  cleanup.defer(() => closeHttp(jobs));
  const purges = cache && (await openPurges(cache, secret, cleanup));
  const { otlpReceiver } = await import('@dormouse/telemetry/otlp/otlp-receiver');
  const otlp = await serveHttp(guardLoopback(otlpReceiver(telemetry, received, secret), { secret }));
  cleanup.defer(() => closeHttp(otlp));
  const kubernetes = await serveHttp(guardLoopback(kubernetesApi({ ...objects, secret })));
  cleanup.defer(() => closeHttp(kubernetes));
  const gateway = await listen(localGateway(target, telemetry.requests, secret), { port: 0 });
  cleanup.defer(() => gateway.close(0));
  const withSecret = (origin: string) => `${origin}/${secret}`;
  const channelOf = (hostname: string) => {
    const [, service = '', namespace = ''] = /^([^.]+)\.([^.]+)\.svc\.cluster\.local$/.exec(hostname) ?? [];
    const channel = channelAt(service, namespace);
    const exists = platform().channels.some((each) => each.name === channel?.name && each.namespace === namespace);
    return channel && exists
      ? `${withSecret(originOf(brokers))}/${namespace}/${brokerOfChannel(channel.name)}`
      : undefined;
  };
  return {
    brokers: originOf(brokers),
    otlp: originOf(otlp),
    kubernetes: originOf(kubernetes),
    secretKubernetes: withSecret(originOf(kubernetes)),
    secretBrokers: withSecret(originOf(brokers)),
    addressOf(address) {
      const { hostname } = new URL(address);
      if (hostname === 'kubernetes.default.svc.cluster.local') return originOf(kubernetes);
      if (hostname === 'knative-local-gateway.istio-system.svc.cluster.local')
        return withSecret(`http://127.0.0.1:${gateway.port}`);
      if (hostname === purgeHost) return purges;
      if (hostname === jobSinkHost) return withSecret(originOf(jobs));
      if (hostname === 'broker-ingress.knative-eventing.svc.cluster.local') return withSecret(originOf(brokers));
      return hostname.startsWith('otel-collector.') ? withSecret(originOf(otlp)) : channelOf(hostname);
    },
  };
}

/** @returns the address that purges, with the secret in its path */
async function openPurges(cache: SharedCache, secret: string, cleanup: AsyncDisposableStack): Promise<string> {
  const { purgeListener } = await import('@dormouse/serving/cache/purge-listener');
  const purges = await serveHttp(guardLoopback(purgeListener(cache), { secret }));
  cleanup.defer(() => closeHttp(purges));
  return `${originOf(purges)}/${secret}`;
}
