import type { Inputs } from './inputs.ts';
import { bounds, connectionsOf, costs, instancesFor, monthOf, multiplied } from './model.ts';

const digits = (value: number): string =>
  value === 0 ? '0' : value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(2)));
const percent = (share: number): string => (share < 0.001 ? '< 0.1 %' : `${digits(share * 100)} %`);
const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** The tables of the pages, by the name of their marker. */
export function tables(inputs: Inputs): Record<string, string> {
  const loads = inputs.times.map((times) => ({ times, load: multiplied(inputs.load, times) }));
  return {
    load: table(
      ['', ...loads.map(({ times }) => `${times}×`)],
      (Object.keys(inputs.load) as (keyof Inputs['load'])[]).map((name) => [
        spelled(name),
        ...loads.map(({ load }) => digits(load[name])),
      ]),
    ),
    bounds: boundsTable(inputs, loads),
    first: loads.map(({ times, load }) => `- **${times}×**: ${firstOf(inputs, load)}.`).join('\n'),
    instances: table(
      ['function', 'at least', ...loads.map(({ times }) => `${times}×`), 'at most'],
      Object.keys(instancesFor(inputs, inputs.load)).map((name) => [
        name,
        String(inputs.scales[name]?.min ?? 0),
        ...loads.map(({ load }) => String(instancesFor(inputs, load)[name])),
        String(inputs.scales[name]?.max ?? 0),
      ]),
    ),
    connections: connectionsTable(inputs),
    assumptions: table(
      ['assumption', 'value', 'because'],
      Object.entries(inputs.assumptions).map(([name, { value, because }]) => [`\`${name}\``, String(value), because]),
    ),
    costs: table(
      ['a million', 'vCPU hours', 'at the example’s prices'],
      costs(inputs).map(({ what, vcpuHours, price }) => [what, digits(vcpuHours), digits(price)]),
    ),
    prices: table(
      ['price', 'of the example'],
      Object.entries(inputs.prices).map(([name, value]) => [`\`${name}\``, String(value)]),
    ),
    months: monthsTable(inputs, loads),
  };
}

type Loads = readonly { times: number; load: Inputs['load'] }[];

const spelled = (name: string): string =>
  ({
    pagesPerSecond: 'pages a second',
    apiReadsPerSecond: 'reads of the API a second',
    createsPerSecond: 'posts created a second',
    loginsPerSecond: 'log-ins a second',
  })[name] ?? name;

function boundsTable(inputs: Inputs, loads: Loads): string {
  const uses = loads.map(({ load }) => bounds(inputs, load));
  return table(
    ['bound', 'at most', ...loads.map(({ times }) => `${times}×`), 'moved by'],
    bounds(inputs, inputs.load).map(({ what, unit, capacity, moved }, at) => [
      what,
      `${digits(capacity)} ${unit}`,
      ...uses.map((use) => percent((use[at]?.demand ?? 0) / capacity)),
      moved,
    ]),
  );
}

/** What a load uses most of, and whether that is too much. */
function firstOf(inputs: Inputs, load: Inputs['load']): string {
  const shares = bounds(inputs, load)
    .map(({ what, demand, capacity }) => ({ what, share: demand / capacity }))
    .sort((a, b) => b.share - a.share);
  const broken = shares.filter(({ share }) => share > 1);
  if (broken.length === 0) return `nothing; ${shares[0]?.what} is nearest (${percent(shares[0]?.share ?? 0)})`;
  return broken.map(({ what, share }) => `${what} (${percent(share)})`).join(', then ');
}

function connectionsTable(inputs: Inputs): string {
  const all = connectionsOf(inputs);
  const sum = all.reduce((total, { connections }) => total + connections, 0);
  return table(
    ['function', 'instances at most', 'connections'],
    [
      ...all.map(({ name, instances, connections }) => [name, String(instances), String(connections)]),
      ['all', String(all.reduce((total, { instances }) => total + instances, 0)), `**${sum}**`],
    ],
  );
}

function monthsTable(inputs: Inputs, loads: Loads): string {
  const months = loads.map(({ load }) => monthOf(inputs, load));
  const row = (name: string, of: (month: ReturnType<typeof monthOf>) => number) => [
    name,
    ...months.map((month) => digits(of(month))),
  ];
  return table(
    ['a month', ...loads.map(({ times }) => `${times}×`)],
    [
      row('instances', ({ instances }) => instances),
      row('archive, GiB', ({ archiveGib }) => archiveGib),
      row('processors', ({ compute }) => compute),
      row('memory of functions', ({ memory }) => memory),
      row('archive', ({ storage }) => storage),
      row('traffic', ({ traffic }) => traffic),
      row('**all**', ({ total }) => total),
    ],
  );
}
