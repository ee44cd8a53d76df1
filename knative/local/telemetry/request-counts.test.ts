import { expect, test } from 'vitest';
import { type AnsweredRequest, RequestCounts } from './request-counts.ts';

const answered: AnsweredRequest = {
  ...{ entry: 'ingress', route: 'web', service: 'web', method: 'GET' },
  ...{ status: 200, answeredBy: 'function', ms: 3, cold: false },
};

/** What was told of one metric, by time: its count. */
const told = (counts: RequestCounts, nowMs: number, metric = 'dormouse.edge.request.duration') =>
  counts
    .measured(nowMs)
    .filter(({ family }) => family.name === metric)
    .map(({ timeMs, value, buckets }) => [timeMs, buckets ? buckets.reduce((all, each) => all + each, 0) : value]);

test('a series begins with a zero at the look before, and then says each time how many there were', () => {
  const counts = new RequestCounts();
  expect(told(counts, 10_000)).toEqual([]);
  counts.add(answered);
  counts.add({ ...answered, status: 204 });
  expect(told(counts, 20_000)).toEqual([
    [10_000, 0],
    [20_000, 2],
  ]);
  counts.add(answered);
  expect(told(counts, 30_000)).toEqual([[30_000, 3]]);
  expect(told(counts, 40_000)).toEqual([[40_000, 3]]);
});

test('what nobody has asked for in minutes is told once a minute, and at once when somebody does', () => {
  const counts = new RequestCounts();
  counts.add(answered);
  const looks = Array.from({ length: 120 }, (_, i) => (i + 1) * 10_000);
  const times = looks.flatMap((nowMs) => told(counts, nowMs)).map(([timeMs]) => timeMs);
  expect(times.filter((timeMs) => timeMs! > 600_000)).toHaveLength(10);
  counts.add(answered);
  expect(told(counts, 1_210_000)).toEqual([[1_210_000, 2]]);
});

test('neither a method nor a status that a client makes up makes a series', () => {
  const counts = new RequestCounts();
  for (let n = 0; n < 100; n++) counts.add({ ...answered, method: `X${n}`, status: 200 + (n % 99) });
  const series = counts.measured(10_000);
  expect(new Set(series.map(({ labels }) => JSON.stringify(labels))).size).toBe(2);
  expect(series[0]?.labels).toMatchObject({ http_request_method: '_OTHER', http_response_status_class: '2xx' });
});

test('a request falls into the bucket whose bound it does not pass', () => {
  const counts = new RequestCounts();
  for (const ms of [250, 250.1, 20_000]) counts.add({ ...answered, ms });
  const { buckets = [], bounds = [], value } = counts.measured(10_000)[1]!;
  const at = bounds.indexOf(0.25);
  expect([buckets[at], buckets[at + 1], buckets.at(-1)]).toEqual([1, 1, 1]);
  expect(value).toBeCloseTo(20.5001);
});

test('one total of each Service has the requests of all methods and routes', () => {
  const counts = new RequestCounts();
  counts.add(answered);
  counts.add({ ...answered, method: 'POST', route: 'web-login', cold: true });
  counts.add({ ...answered, status: 503, answeredBy: 'activator' });
  const totals = counts.measured(10_000).filter(({ family, value }) => family.name.endsWith('requests') && value > 0);
  expect(totals.map(({ value, labels }) => [labels.http_response_status_class, value])).toEqual([
    ['2xx', 2],
    ['5xx', 1],
  ]);
});
