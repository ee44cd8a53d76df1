import { edgeDuration } from '../edge.ts';
import { platformSeries, series } from '../series.ts';
import { type Case, firing, lasting, named, silent } from './case.ts';

const { requestDuration, firstResponseDuration, rateLimitRefusals, longestWork } = series;
const posts = { service_name: 'posts' };
const get = { ...posts, http_request_method: 'GET', http_route: '/blog/api/posts', http_response_status_code: '200' };
const answered = (status: string, values: string) => ({
  [named(`${requestDuration}_count`, { ...get, http_response_status_code: status })]: values,
});

const took = (labels: Record<string, string>, perMinute: number, slow: number) => ({
  [named(`${requestDuration}_count`, labels)]: `0+${perMinute}x20`,
  [named(`${requestDuration}_bucket`, { ...labels, le: '1' })]: `0+${perMinute - slow}x20`,
  [named(`${requestDuration}_bucket`, { ...labels, le: '5' })]: `0+${perMinute}x20`,
  [named(`${requestDuration}_bucket`, { ...labels, le: '+Inf' })]: `0+${perMinute}x20`,
});

const woken = (starts: number, slow: number) => ({
  [named(`${firstResponseDuration}_count`, posts)]: `0x5 ${starts}x30`,
  [named(`${firstResponseDuration}_bucket`, { ...posts, le: '2' })]: `0x5 ${starts - slow}x30`,
  [named(`${firstResponseDuration}_bucket`, { ...posts, le: '5' })]: `0x5 ${starts}x30`,
  [named(`${firstResponseDuration}_bucket`, { ...posts, le: '+Inf' })]: `0x5 ${starts}x30`,
});

/** What the collector counts of the gateway's spans: kind and outcome of each. */
const spans = (status_code: string, values: string, span_kind = 'SPAN_KIND_SERVER') => ({
  [named('span_calls_total', { service_name: 'istio-ingressgateway.istio-system', span_kind, status_code })]: values,
});

/** Longest work on the event loop in each push, of two instances. */
const blocked = (values: string) => ({
  [named(longestWork, { service_name: 'web', instance: 'web-1' })]: values,
  [named(longestWork, { service_name: 'web', instance: 'web-2' })]: '0.02x30',
});

const pods = (desired: string, ready: string, k8s_namespace_name = 'dormouse') => {
  const revision = { k8s_namespace_name, kn_service_name: 'posts', kn_revision_name: 'posts-00002' };
  return {
    [named(platformSeries.podsDesired, { ...revision, instance: 'autoscaler-1' })]: desired,
    [named(platformSeries.pods, { ...revision, instance: 'autoscaler-2' })]: ready,
  };
};

const rateLimited = (perMinute: number) => ({
  [named(rateLimitRefusals, { service_name: 'auth', dormouse_limit_name: 'login' })]: `0+${perMinute}x20`,
});

const commentsWritten = (status: string, perMinute: number) => ({
  [named(series.commentsWritten, { service_name: 'comments', dormouse_comment_status: status })]: `0+${perMinute}x90`,
});

const atGateway = (status: string, values: string, flags = '-') => ({
  [named('istio_request_duration_milliseconds_count', {
    reporter: 'source',
    source_workload: 'istio-ingressgateway',
    route_name: 'posts',
    response_code: status,
    response_flags: flags,
  })]: values,
});

const atEdge = (status: string, values: string, labels: Record<string, string> = {}) => ({
  [named(`${edgeDuration}_count`, {
    ...{ dormouse_entry: 'ingress', dormouse_ingress_route: 'posts', kn_service_name: 'posts' },
    ...{ http_response_status_class: status, dormouse_answered_by: 'activator' },
    ...labels,
  })]: values,
});
const byFunction = { dormouse_answered_by: 'function' };

export const functionCases: readonly Case[] = [
  firing(
    'PlatformDown',
    'its console does not answer any more',
    '5m',
    { [named('up', { job: 'dormouse', instance: 'console' })]: '1x2 0x10' },
    { job: 'dormouse', instance: 'console' },
  ),
  silent('PlatformDown', 'it was never there', '5m', {
    [named('up', { job: 'dormouse', instance: 'console' })]: '0x10',
  }),
  silent('PlatformDown', 'it was started again', '5m', {
    [named('up', { job: 'dormouse', instance: 'console' })]: '1x2 0 1x10',
  }),

  ...lasting(
    '4m',
    firing(
      'ErrorRateHigh',
      'one of ten requests fails',
      '15m',
      { ...answered('200', '0+90x20'), ...answered('500', '0+10x20') },
      posts,
    ),
  ),
  silent('ErrorRateHigh', 'one of a hundred requests fails', '15m', {
    ...answered('200', '0+99x20'),
    ...answered('500', '0+1x20'),
  }),
  silent('ErrorRateHigh', 'one request of one failed', '15m', answered('500', '0x8 1x12')),
  silent('ErrorRateHigh', 'few ask, and some of them in vain', '15m', {
    ...answered('200', '0+1x20'),
    ...answered('500', '0+0.5x20'),
  }),
  silent('ErrorRateHigh', 'people ask for what is not theirs', '15m', {
    ...answered('200', '0+10x20'),
    ...answered('403', '0+90x20'),
  }),

  ...lasting('4m', firing('LatencyHigh', 'one of ten takes longer than a second', '15m', took(get, 100, 10), posts)),
  silent('LatencyHigh', 'one of a hundred takes longer than a second', '15m', took(get, 100, 1)),
  silent('LatencyHigh', 'few ask', '15m', took(get, 1, 1)),
  firing(
    'LatencyHigh',
    'it is the front page',
    '15m',
    took({ ...get, service_name: 'web', http_route: '/' }, 100, 10),
    { service_name: 'web' },
  ),
  silent(
    'LatencyHigh',
    'only the relay takes long, which nobody waits for',
    '15m',
    took({ ...get, service_name: 'relay', http_route: '/' }, 100, 10),
  ),
  silent(
    'LatencyHigh',
    'only deliveries of events take long',
    '15m',
    took({ ...get, http_request_method: 'POST', http_route: '/events' }, 100, 50),
  ),

  firing('EventLoopBlocked', 'one text took 500 ms three minutes ago', '10m', blocked('0.01x6 0.5 0.01x20'), {
    service_name: 'web',
  }),
  silent('EventLoopBlocked', 'one text took 500 ms, and no other since', '15m', blocked('0.01x6 0.5 0.01x20')),
  silent('EventLoopBlocked', 'the longest takes 300 ms', '10m', blocked('0.3x20')),

  ...lasting(
    '8m',
    firing('ColdStartsSlow', 'half of ten starts take longer than two seconds', '20m', woken(10, 5), posts),
  ),
  silent('ColdStartsSlow', 'all of ten starts are quick', '20m', woken(10, 0)),
  silent('ColdStartsSlow', 'one start of one was slow', '20m', woken(1, 1)),
  silent('ColdStartsSlow', 'nobody was woken', '20m', {}),

  ...lasting(
    '30s',
    firing('FunctionNotReady', 'an instance is wanted and none is ready', '10m', pods('1x20', '0x20'), {
      kn_service_name: 'posts',
      kn_revision_name: 'posts-00002',
    }),
  ),
  silent('FunctionNotReady', 'the function sleeps', '10m', pods('0x20', '0x20')),
  silent('FunctionNotReady', 'it is another namespace that waits', '10m', {
    ...pods('1x20', '1x20'),
    ...pods('1x20', '0x20', 'sandbox'),
  }),
  silent('FunctionNotReady', 'an instance became ready within a minute', '10m', pods('0 1x20', '0x1 1x19')),

  ...lasting(
    '8m',
    firing('RateLimitRefusals', 'two requests a second are refused', '20m', rateLimited(120), {
      service_name: 'auth',
      dormouse_limit_name: 'login',
    }),
  ),
  silent('RateLimitRefusals', 'one request in ten seconds is refused', '20m', rateLimited(6)),

  ...lasting(
    '25m',
    firing('CommentsFlooded', 'ten comments a minute are held back', '45m', commentsWritten('held', 10), {}),
  ),
  silent('CommentsFlooded', 'one comment a minute is held back', '90m', commentsWritten('held', 1)),
  silent('CommentsFlooded', 'ten comments a minute are shown', '90m', commentsWritten('published', 10)),

  ...lasting(
    '1m',
    firing(
      'RefusedAtEdge',
      'all that ask one function are refused',
      '10m',
      { ...atEdge('2xx', '0+90x20', { kn_service_name: 'web', ...byFunction }), ...atEdge('5xx', '0+10x20') },
      { kn_service_name: 'posts' },
    ),
  ),
  silent('RefusedAtEdge', 'one of a hundred is refused', '10m', {
    ...atEdge('2xx', '0+990x20', byFunction),
    ...atEdge('5xx', '0+10x20'),
  }),
  silent('RefusedAtEdge', 'the function itself fails, of which ErrorRateHigh tells', '10m', {
    ...atEdge('2xx', '0+90x20', byFunction),
    ...atEdge('5xx', '0+10x20', byFunction),
  }),
  silent('RefusedAtEdge', 'functions refuse each other', '10m', atEdge('5xx', '0+90x20', { dormouse_entry: 'local' })),
  silent('RefusedAtEdge', 'a health check is told that the platform starts', '10m', {
    ...atEdge('5xx', '0+90x20', { dormouse_ingress_route: 'health' }),
  }),
  firing(
    'RefusedAtEdge',
    'one of ten requests at Istio’s gateway fails',
    '10m',
    { ...atGateway('200', '0+90x20'), ...atGateway('503', '0+10x20', 'UH') },
    { kn_service_name: 'posts' },
  ),
  silent('RefusedAtEdge', 'one of a hundred requests at Istio’s gateway fails', '10m', {
    ...atGateway('200', '0+990x20'),
    ...atGateway('503', '0+10x20'),
  }),
  silent('RefusedAtEdge', 'few come, and some of them in vain', '10m', {
    ...atGateway('200', '0+2x20'),
    ...atGateway('503', '0+1x20'),
  }),
  firing(
    'RefusedAtEdge',
    'its Envoy counts nothing, and one of ten of its spans failed',
    '10m',
    { ...spans('STATUS_CODE_UNSET', '0+90x20'), ...spans('STATUS_CODE_ERROR', '0+10x20') },
    { kn_service_name: 'some function' },
  ),
  silent('RefusedAtEdge', 'what fails are only its calls, as with a 404', '10m', {
    ...spans('STATUS_CODE_UNSET', '0+90x20'),
    ...spans('STATUS_CODE_ERROR', '0+50x20', 'SPAN_KIND_CLIENT'),
  }),
  silent('RefusedAtEdge', 'nobody comes', '10m', {}),
];
