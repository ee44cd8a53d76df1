import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Inputs, readInputs } from './inputs.ts';
import { bounds, connectionsOf, costs, instancesFor, monthOf, multiplied } from './model.ts';
import { withTables } from './page.ts';
import { tables } from './tables.ts';

const root = join(import.meta.dirname, '../..');
const inputs = readInputs();

test.each(Object.entries(inputs.figures))('%s stands where it says', (_, { value, in: page, as }) => {
  expect(readFileSync(join(root, page), 'utf8')).toContain(as);
  const numbers = [...as.matchAll(/\d[\d,]*(?:\.\d+)?/g)].map(([text]) => Number(text.replaceAll(',', '')));
  const words = ['no', 'one', 'two', 'three', 'four', 'five'];
  expect([...numbers, ...words.flatMap((word, n) => (as.includes(word) ? [n] : []))]).toContain(value);
});

test.each(['capacity.md', 'cost.md'])('the tables of %s are what the model says', (name) => {
  const page = readFileSync(join(root, 'docs/operations', name), 'utf8');
  expect(page).toContain('<!-- capacity: ');
  expect(withTables(page, tables(inputs))).toBe(page);
});

test('a page that names a table which there is none of is refused', () => {
  expect(() => withTables('<!-- capacity: other -->\n<!-- /capacity -->', {})).toThrow('there is no table other');
});

/** Round numbers, so that the sums can be done in the head. */
const round: Inputs = {
  ...inputs,
  figures: {
    ...inputs.figures,
    'cpuMs.page': { value: 1, in: '', as: '' },
    'cpuMs.login': { value: 50, in: '', as: '' },
    'createMs.postgres': { value: 2, in: '', as: '' },
    'connections.transactions': { value: 2, in: '', as: '' },
    bytesOfArchivedEvent: { value: 1024, in: '', as: '' },
    deliveryMs: { value: 10, in: '', as: '' },
  },
  assumptions: {
    ...inputs.assumptions,
    usefulShare: { value: 0.5, because: '' },
    postgresCores: { value: 4, because: '' },
    gatewayCpuMs: { value: 0, because: '' },
    bytesOfPage: { value: 2 ** 30 / 1e6, because: '' },
  },
  prices: { vcpuHour: 3.6, gibHour: 0, gibMonthOfStorage: 0, gibOfTraffic: 5 },
  scales: {
    web: { min: 2, max: 10, usesDatabase: false },
    auth: { min: 1, max: 4, usesDatabase: true },
    posts: { min: 0, max: 6, usesDatabase: true },
  },
};

describe('the model', () => {
  const load = { pagesPerSecond: 100, apiReadsPerSecond: 0, createsPerSecond: 10, loginsPerSecond: 1 };
  const bound = (what: string) => bounds(round, load).find((each) => each.what.startsWith(what));

  test('an instance does half a second of work in a second', () => {
    expect(bound('web')).toMatchObject({ capacity: 10 * 500, demand: 100 });
    expect(bound('auth')).toMatchObject({ capacity: (4 * 500) / 50, demand: 1 });
    expect(bound('PostgreSQL, processor')).toMatchObject({ capacity: (4 * 500) / 2, demand: 10 });
  });

  test('a Trigger delivers one event of a partition at a time', () => {
    expect(bound('a Trigger')).toMatchObject({ capacity: (0.5 * 12 * 1000) / 10, demand: 20 });
  });

  test('functions with a database have three connections an instance', () => {
    expect(connectionsOf(round)).toEqual([
      { name: 'auth', instances: 4, connections: 12 },
      { name: 'posts', instances: 6, connections: 18 },
    ]);
  });

  test('the archive grows for as long as it is kept', () => {
    // 10 posts a second of 2 events for 90 days, 1 KiB each.
    expect(bound('PostgreSQL, disk')?.demand).toBeCloseTo((10 * 2 * 86_400 * 90) / 2 ** 20);
  });

  test('so many instances run as are busy, and as must', () => {
    expect(instancesFor(round, load)).toMatchObject({ web: 2, auth: 1 });
    expect(instancesFor(round, multiplied(load, 10))).toMatchObject({ web: 3, auth: 1 });
  });

  test('a million pages of a millisecond are a thousand seconds', () => {
    expect(costs(round)[0]).toEqual({ what: 'pages', vcpuHours: 1000 / 3600, price: 1 + 5 });
  });

  test('a month costs more the more there is to do', () => {
    const [one, ten] = [monthOf(round, load), monthOf(round, multiplied(load, 10))];
    expect(ten.traffic).toBeCloseTo(10 * one.traffic);
    expect(ten.archiveGib).toBeCloseTo(10 * one.archiveGib);
    expect(ten.total).toBeGreaterThan(one.total);
  });

  test('a number that is missing is named', () => {
    const { 'cpuMs.page': _, ...figures } = round.figures;
    expect(() => bounds({ ...round, figures }, load)).toThrow('capacity.yaml has no cpuMs.page');
  });
});
