import { platformMetrics } from '@dormouse/signals/platform-metrics';
import type { AnsweredRequest } from '@dormouse/telemetry/request-counts';
import type { Telemetry } from '@dormouse/telemetry/telemetry';
import type { Expected } from './expected.ts';
import { labelsText, one, type Values } from './oracle.ts';

const usual = { entry: 'ingress', answeredBy: 'function', cold: false, status: 200, method: 'GET' } as const;

/** What is asked in each second. */
function asked(second: number): AnsweredRequest[] {
  const times = (n: number, of: AnsweredRequest) => Array.from({ length: n }, () => of);
  const posts = { ...usual, route: 'posts', service: 'posts', ms: 3 };
  const web = { ...usual, route: 'web', service: 'web', ms: 20 };
  const login = { ...usual, route: 'auth-login', service: 'auth', method: 'POST', ms: 400 };
  return [
    ...times(8, posts),
    ...times(1, { ...posts, ms: 300 }),
    ...times(1, { ...posts, status: 503, answeredBy: 'activator' }),
    ...times(2, { ...posts, status: 201, method: 'POST', ms: 30 }),
    ...times(second % 10 === 0 ? 1 : 0, { ...posts, status: 500, method: 'POST', ms: 30 }),
    ...times(6, web),
    ...times(second % 10 === 0 ? 1 : 0, { ...web, ms: 1_400, cold: true }),
    ...times(1, { ...login, status: second % 10 === 0 ? 502 : 200 }),
    // What no reader sees.
    ...times(1, { ...usual, route: 'health', service: '', answeredBy: 'ingress', ms: 0.1 }),
    ...times(3, { ...posts, entry: 'local', route: '', status: 503, answeredBy: 'activator' }),
    ...times(2, { ...posts, entry: 'event', route: '', status: 500, ms: 7_000 }),
    ...times(1, { ...usual, entry: 'console', answeredBy: 'console', route: '', service: '', status: 500, ms: 1 }),
  ];
}

/** Has the edge answer all that, the last second of it before `endMs`. Returns what the client counted: readers, and nobody else. */
export function askEdge({ requests, metrics }: Telemetry, seconds: number, endMs: number): AnsweredRequest[] {
  const client: AnsweredRequest[] = [];
  for (let second = 0; second <= seconds; second++) {
    if (second % 10 === 0)
      for (const measured of requests.measured(endMs - (seconds - second) * 1_000)) metrics.add(measured);
    if (second === seconds) break;
    const these = asked(second);
    for (const each of these) requests.add(each);
    client.push(...these.filter(({ entry, route }) => entry === 'ingress' && route !== 'health'));
  }
  return client;
}

type Is = (each: AnsweredRequest) => boolean;

/** What panels, the alert and objectives say of the edge. */
export function expectedOfEdge(client: readonly AnsweredRequest[], seconds: number): Record<string, Expected> {
  const rateOf = (is: Is) => client.filter(is).length / seconds;
  const all = () => true;
  const failed = ({ status }: AnsweredRequest) => status >= 500;
  const isLogin = ({ route }: AnsweredRequest) => route.endsWith('-login');
  const read = ({ method }: AnsweredRequest) => method === 'GET';
  const write = (each: AnsweredRequest) => each.method === 'POST' && !isLogin(each);
  const part = (is: Is) => rateOf((each) => is(each) && failed(each)) / rateOf(is);
  const quantile = (q: number, is: Is): number => {
    const times = client
      .filter(is)
      .map(({ ms }) => ms / 1_000)
      .sort((a, b) => a - b);
    return times[Math.ceil(q * times.length) - 1]!;
  };
  const by = (of: (is: Is) => number, names: readonly string[] = ['posts', 'web', 'auth']): Values =>
    new Map(names.map((name) => [labelsText({ kn_service_name: name }), of(({ service }) => service === name)]));
  const bounds = platformMetrics.edgeDuration.bounds!;
  const every = (is: Is): Expected => ['percent', one(rateOf(is))];
  const bad = (is: Is, isBad: Is): Expected => every((each) => is(each) && isBad(each));
  const slow = (than: number) => (each: AnsweredRequest) => each.ms > than && !failed(each) && !each.cold;
  const awake = (is: Is) => every((each) => is(each) && !failed(each) && !each.cold);
  return {
    'Overview, Requests': every(all),
    'Overview, Failing': ['percent', one(part(all))],
    'Overview, p95': [bounds, one(quantile(0.95, all))],
    'Overview, Latency, p95': [bounds, by((is) => quantile(0.95, is))],
    'Overview, Traffic': ['percent', by(rateOf)],
    'Overview, Errors': ['percent', by(part)],
    // Those that no function answered: about one of thirteen requests for posts, and no other Service's.
    RefusedAtEdge: [
      'percent',
      by((is) => rateOf((each) => is(each) && failed(each) && each.answeredBy !== 'function') / rateOf(is), ['posts']),
    ],
    'reads-available, all': every(read),
    'reads-available, bad': bad(read, failed),
    'reads-fast, all': awake(read),
    'reads-fast, bad': bad(read, slow(250)),
    'writes-available, all': every(write),
    'writes-available, bad': bad(write, failed),
    'writes-fast, all': awake(write),
    'writes-fast, bad': bad(write, slow(500)),
    'logins-available, all': every(isLogin),
    'logins-available, bad': bad(isLogin, failed),
    'logins-fast, all': awake(isLogin),
    'logins-fast, bad': bad(isLogin, slow(1_000)),
  };
}
