import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser as logql } from '@grafana/lezer-logql';
import { parser as traceql } from '@grafana/lezer-traceql';
import { parser as promql } from '@prometheus-io/lezer-promql';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { objectiveGroups } from '../burn-rate.ts';
import { external, platformSeries, series } from '../series.ts';
import { dashboard } from './dashboard.ts';
import { dashboards } from './documents.ts';
import { shown } from './external.ts';
import { sources } from './panels.ts';
import { filled, queriesOf } from './queries.ts';

const parsers = { promql, traceql, logql };
const queries = dashboards.flatMap(queriesOf);
const fill = (query: string) => filled(query, { step: 60, range: 3600, of: 'posts' });

/** What a text could not be read as: the pieces at fault. */
function errorsIn(language: keyof typeof parsers, text: string): string[] {
  const errors: string[] = [];
  parsers[language]
    .parse(text)
    .iterate({ enter: ({ type, from, to }) => void (type.isError && errors.push(text.slice(from, to + 12))) });
  return errors;
}

/** Names of series in a PromQL query. */
function namesIn(text: string): string[] {
  const names: string[] = [];
  promql.parse(text).iterate({
    enter: ({ name, node, from, to }) =>
      void (name === 'Identifier' && node.parent?.name === 'VectorSelector' && names.push(text.slice(from, to))),
  });
  return names;
}

const recorded = objectiveGroups.flatMap(({ rules }) =>
  rules.flatMap((rule) => ('record' in rule ? [rule.record] : [])),
);
const known = new Set<string>([
  ...external,
  ...shown,
  ...recorded,
  'ALERTS',
  ...[...Object.values(series), ...Object.values(platformSeries)].flatMap((name) => [
    name,
    ...['bucket', 'sum', 'count'].map((part) => `${name}_${part}`),
  ]),
]);

test('a query with a mistake is seen to be one', () => {
  expect(errorsIn('promql', 'sum by (a (rate(x[5m]))')).not.toEqual([]);
  expect(errorsIn('traceql', '{ status = error && }')).not.toEqual([]);
  expect(errorsIn('logql', '{a="b"} | | json')).not.toEqual([]);
  expect(namesIn('sum(rate(up[5m])) / on (a) slo:x:y')).toEqual(['up', 'slo:x:y']);
});

describe.each(dashboards.map((each) => ({ each, name: each.title })))('the dashboard $name', ({ each }) => {
  const panelQueries = queriesOf(each);

  test('has panels, and each of them asks its source something', () => {
    const panels = (dashboard(each).panels ?? []).filter(({ type }) => type !== 'row');
    expect(panels.length).toBe(each.rows.flatMap((row) => row.panels).length);
    expect(panels.length).toBeGreaterThan(5);
    const silent = panels
      .filter(({ title, type }) => type !== 'nodeGraph' && !panelQueries.some(({ panel }) => panel === title))
      .map(({ title }) => title);
    expect(silent).toEqual([]);
  });

  test.each(panelQueries)('$panel: $query can be read', ({ language, query }) => {
    expect(errorsIn(language, fill(query))).toEqual([]);
  });

  test('asks for series alone that somebody gives', () => {
    const names = panelQueries
      .filter(({ language }) => language === 'promql')
      .flatMap(({ query }) => namesIn(fill(query)));
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });
});

test('numbers of things are whole, and asked by the one form that counts exactly', () => {
  const panels = dashboards.flatMap((each) => dashboard(each).panels ?? []);
  const asking = (expr: string) =>
    panels.filter((panel) => panel.type !== 'row' && JSON.stringify(panel).includes(expr));
  const counting = asking('last_over_time(').filter((panel) => JSON.stringify(panel).includes('$__range'));
  expect(counting.map(({ title }) => title).sort()).toEqual([
    'Accounts created',
    'Cold starts in this range',
    'Cold starts in this range',
    'Dead letters in this range',
    'Logins',
    'Pages read',
    'Posts created',
    'Posts published',
  ]);
  for (const panel of counting) {
    expect(panel).toMatchObject({ fieldConfig: { defaults: { unit: 'locale', decimals: 0 } } });
    expect((panel as { targets?: object[] }).targets).toMatchObject([{ instant: true }]);
  }
  expect(asking('increase(')).toEqual(counting);
  expect(asking('[$__range')).toEqual(counting);
});

test('addresses of dashboards are their own', () => {
  const uids = dashboards.map(({ uid }) => uid);
  expect(new Set(uids).size).toBe(uids.length);
  expect(queries.length).toBeGreaterThan(80);
});

test('the data sources that panels name are those that are provisioned, and each leads to the others', () => {
  const { datasources } = parse(
    readFileSync(join(import.meta.dirname, 'provisioning/datasources/dormouse.yaml'), 'utf8'),
  ) as {
    datasources: { uid: string; type: string; jsonData: object }[];
  };
  const provisioned = datasources.map(({ uid, type }) => ({ uid, type }));
  for (const source of Object.values(sources)) expect(provisioned).toContainEqual(source);
  const uids = datasources.map(({ uid }) => uid);
  const named = [...JSON.stringify(datasources).matchAll(/"datasourceUid":"([^"]+)"/g)].map(([, uid]) => uid);
  expect(new Set(named)).toEqual(new Set(['prometheus', 'tempo', 'loki']));
  expect(named.filter((uid) => !uids.includes(uid!))).toEqual([]);
});
