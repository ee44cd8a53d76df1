import { kubectl } from '../../../kubectl.ts';

const name = 'request-metrics';

/** What Istio's own Envoy has as labels of `istio_request_duration_milliseconds`, of which rules make the edge's series; none is a word of a client's. */
const tags = {
  reporter: 'source',
  source_workload: 'istio-ingressgateway',
  request_method: '%REQ(:METHOD)%',
  route_name: '%ROUTE_NAME%',
  response_code: '%RESPONSE_CODE%',
  response_flags: '%RESPONSE_FLAGS%',
};

/** An Envoy of Istio keeps statistics of few names only: this is one of their beginnings. */
const prefix = 'wasm';
/** In Prometheus. */
export const gatewayPrefix = `envoy_${prefix}_`;

const filter = {
  apiVersion: 'networking.istio.io/v1alpha3',
  kind: 'EnvoyFilter',
  metadata: { name, namespace: 'istio-system' },
  spec: {
    workloadSelector: { labels: { istio: 'ingressgateway' } },
    configPatches: [
      {
        applyTo: 'NETWORK_FILTER',
        match: {
          context: 'GATEWAY',
          listener: { filterChain: { filter: { name: 'envoy.filters.network.http_connection_manager' } } },
        },
        patch: {
          operation: 'MERGE',
          value: {
            typed_config: {
              '@type':
                'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
              access_log: [
                {
                  name: 'envoy.access_loggers.stats',
                  typed_config: {
                    '@type': 'type.googleapis.com/envoy.extensions.access_loggers.stats.v3.Config',
                    stat_prefix: `${prefix}.istio`,
                    histograms: [
                      {
                        unit: 'Milliseconds',
                        value_format: '%DURATION%',
                        stat: {
                          name: 'request_duration_milliseconds',
                          tags: Object.entries(tags).map(([tag, value]) => ({ name: tag, value_format: value })),
                        },
                      },
                    ],
                  },
                },
              ],
            },
          },
        },
      },
    ],
  },
};

/**
 * Has the gateway's Envoy count each request with its duration, route, status and flags, as Istio's extension does: an Envoy without that
 * gives no metric of Istio. @returns takes it back
 */
export async function countAtGateway(): Promise<() => Promise<unknown>> {
  await kubectl(['apply', '-f', '-'], JSON.stringify(filter));
  return () => kubectl(['-n', filter.metadata.namespace, 'delete', 'envoyfilter', name, '--ignore-not-found']);
}
