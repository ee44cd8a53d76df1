import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Ends } from './cleanup.ts';
import { closeHttp, originOf, serveHttp } from './http/internal-http.ts';
import { kubernetesApi } from './kubernetes-api/kubernetes-api.ts';
import type { Platform } from './manifests/model.ts';
import { localGateway } from './serving/ingress/local-gateway.ts';
import type { Target } from './serving/proxy/exchange.ts';
import { listen } from './serving/proxy/listener.ts';
import type { Received } from './telemetry/otlp/otlp-receiver.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

/** Listeners on loopback that stand for what a cluster has inside. */
export interface Inside {
  /** `http://127.0.0.1:PORT`. */
  brokers: string;
  /** Takes OTLP over HTTP. */
  otlp: string;
  kubernetes: string;
  /** What stands for an address of the cluster, except the addresses of Services. */
  addressOf(address: string): string | undefined;
}

export interface InsideOptions {
  platform: () => Platform;
  target: (name: string, namespace: string) => Target | undefined;
  /** The brokers' ingress; `undefined` until they are open. */
  handle: () => ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  telemetry: Telemetry;
  received?: Received | undefined;
  ends: Ends;
}

/** @see Inside */
export async function openInside({
  platform,
  target,
  handle,
  telemetry,
  received,
  ends,
}: InsideOptions): Promise<Inside> {
  const brokers = await serveHttp((request, response) => {
    const opened = handle();
    if (opened) opened(request, response);
    else response.writeHead(503, { 'retry-after': '1' }).end();
  });
  ends.add(() => closeHttp(brokers));
  const { otlpReceiver } = await import('./telemetry/otlp/otlp-receiver.ts');
  const otlp = await serveHttp(otlpReceiver(telemetry, received));
  ends.add(() => closeHttp(otlp));
  const kubernetes = await serveHttp(kubernetesApi(platform));
  ends.add(() => closeHttp(kubernetes));
  const gateway = await listen(localGateway(target), { port: 0 });
  ends.add(() => gateway.close(0));
  return {
    brokers: originOf(brokers),
    otlp: originOf(otlp),
    kubernetes: originOf(kubernetes),
    addressOf(address) {
      const { hostname } = new URL(address);
      if (hostname === 'kubernetes.default.svc.cluster.local') return originOf(kubernetes);
      if (hostname === 'knative-local-gateway.istio-system.svc.cluster.local')
        return `http://127.0.0.1:${gateway.port}`;
      if (hostname === 'broker-ingress.knative-eventing.svc.cluster.local') return originOf(brokers);
      return hostname.startsWith('otel-collector.') ? originOf(otlp) : undefined;
    },
  };
}
