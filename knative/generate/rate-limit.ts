import type { Component, Operation } from './component.ts';
import type { Base } from './read-functions.ts';

const limitType = 'type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit';
const all = { default_value: { numerator: 100 } };
const header = (key: string, value: string) => ({ header: { key, value } });

/** For each client address: 50 requests a second, after 300 at once. */
const everything = {
  operation: 'MERGE',
  value: {
    typed_per_filter_config: {
      'envoy.filters.http.local_ratelimit': {
        '@type': limitType,
        stat_prefix: 'edge_everything',
        filter_enabled: all,
        filter_enforced: all,
        max_dynamic_descriptors: 10_000,
        always_consume_default_token_bucket: false,
        token_bucket: { max_tokens: 100_000, tokens_per_fill: 100_000, fill_interval: '1s' },
        rate_limits: [{ actions: [{ remote_address: {} }] }],
        descriptors: [
          {
            entries: [{ key: 'remote_address' }],
            token_bucket: { max_tokens: 300, tokens_per_fill: 50, fill_interval: '1s' },
          },
        ],
        response_headers_to_add: [header('retry-after', '1'), header('cache-control', 'no-store')],
      },
    },
  },
};

/** Every route of the ingress has a limit; log-ins (auth) have one of their own, written by hand. */
export function rateLimitComponent({ routed }: Base): Component {
  const operations = routed
    .filter((name) => name !== 'auth')
    .map(
      (name): Operation => ({
        op: 'add',
        path: '/spec/configPatches/-',
        value: {
          applyTo: 'HTTP_ROUTE',
          match: { context: 'GATEWAY', routeConfiguration: { vhost: { route: { name } } } },
          patch: everything,
        },
      }),
    );
  return {
    purpose: 'Everything but log-ins: 50 requests a second, after 300 at once.',
    patches: [{ target: { kind: 'EnvoyFilter', name: 'dormouse-rate-limit' }, operations }],
  };
}
