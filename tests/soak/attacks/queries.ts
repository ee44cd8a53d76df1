import { ask } from '../ask.ts';
import { type Attack, atRate } from '../attack.ts';

const deep = (open: string, middle: string, close: string, times = 3_000) =>
  open.repeat(times) + middle + close.repeat(times);

const promql = [
  'count_over_time(vector(1)[100d:1ms])',
  'sum_over_time(count_over_time(vector(1)[30d:1s])[30d:1s])',
  '{__name__=~"(a+)+$"}',
  `{__name__=~"${'(.*)'.repeat(200)}x"}`,
  `{__name__=~"${'x{1000}'.repeat(20)}"}`,
  deep('(', '1', ')'),
  deep('-', '1', ''),
  `1${' + 1'.repeat(5_000)}`,
  deep('sum(', 'up', ')', 1_000),
  'label_replace(up, "a", "$1", "b", "(a*)*b")',
  'rate({__name__=~".+"}[365d])',
];
const traceql = [
  '{ .a =~ "(a+)+$" }',
  '{ name =~ "((a|a)*)*b" }',
  deep('{ (', 'true', ') }', 1),
  `{ ${deep('(', '.a = 1', ')')} }`,
  `{ ${deep('!', 'true', '')} }`,
  `{ .a = 1${' || .a = 1'.repeat(5_000)} }`,
  `{ name =~ "${'x{1000}'.repeat(20)}" }`,
];

/** Queries of the console that run away, or that are deep. */
export const queries: Attack = {
  name: 'queries that run away',
  run: (context, tally) =>
    atRate(2, context, tally, async (n) => {
      const { site, random } = context;
      const port = Number(new URL(site.console).port);
      const now = Math.floor(Date.now() / 1_000);
      const [about, path] = random.pick([
        () => {
          const query = random.pick(promql);
          return [query, `/api/v1/query?query=${encodeURIComponent(query)}`] as const;
        },
        () => {
          const query = random.pick(promql);
          const range = `start=0&end=${now}&step=${random.pick(['1ms', '1', '3600'])}`;
          return [query, `/api/v1/query_range?query=${encodeURIComponent(query)}&${range}`] as const;
        },
        () => {
          const query = random.pick(traceql);
          return [query, `/api/search?limit=100000&q=${encodeURIComponent(query)}`] as const;
        },
      ])();
      // The line of a request has an end; Prometheus takes a form as well.
      const [line, form] = path.split('?') as [string, string];
      const long = path.length > 8_000 && line !== '/api/search';
      const { status } = await ask({
        port,
        ...(long
          ? {
              method: 'POST',
              path: line,
              body: form,
              headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: `Bearer ${site.secret}` },
            }
          : { path }),
      });
      tally.count(status);
      if (status >= 500 && status !== 503) tally.breach(`query ${n}, ${about.slice(0, 200)}: ${status}`);
    }),
};
