import type { Inputs, Load } from './inputs.ts';

/** What something can do at most, and how much of it a load wants. */
export interface Bound {
  what: string;
  /** `pages/s`, `GiB` */
  unit: string;
  capacity: number;
  demand: number;
  /** Where the bound is, and how it is moved. */
  moved: string;
}

const secondsOfHour = 3600;
const mib = 2 ** 20;
const gib = 2 ** 30;

/** A value by its name. @throws Error when the file has none */
const valueIn =
  <T extends { value: number }>(values: Readonly<Record<string, T>>) =>
  (name: string): number => {
    const found = values[name];
    if (!found) throw new Error(`capacity.yaml has no ${name}`);
    return found.value;
  };

/** Every bound, for a load. An instance has one thread: it does at most a second of work in a second. */
export function bounds(inputs: Inputs, load: Load): Bound[] {
  const [figure, assumed] = [valueIn(inputs.figures), valueIn(inputs.assumptions)];
  const useful = assumed('usefulShare') * 1000;
  const instances = (name: string) => inputs.scales[name]?.max ?? 0;
  const misses = load.pagesPerSecond * assumed('missShare');
  const perTrigger = (assumed('usefulShare') * figure('partitions') * 1000) / figure('deliveryMs');
  const ofCreate = (name: string) => (useful * instances(name)) / figure(`createMs.${name}`);
  const creates = load.createsPerSecond;
  return [
    {
      what: 'web, pages',
      unit: 'pages/s',
      capacity: (useful * instances('web')) / figure('cpuMs.page'),
      demand: load.pagesPerSecond,
      moved: `max-scale of web, ${instances('web')}`,
    },
    {
      what: 'posts, reads',
      unit: 'reads/s',
      capacity: (useful * instances('posts')) / figure('cpuMs.list'),
      demand: load.apiReadsPerSecond + misses,
      moved: `max-scale of posts, ${instances('posts')}`,
    },
    {
      what: 'categories, counting',
      unit: 'creates/s',
      capacity: ofCreate('categories'),
      demand: creates,
      moved: `max-scale of categories, ${instances('categories')}`,
    },
    {
      what: 'journal, archiving',
      unit: 'creates/s',
      capacity: ofCreate('journal'),
      demand: creates,
      moved: `max-scale of journal, ${instances('journal')}`,
    },
    {
      what: 'auth, log-ins',
      unit: 'log-ins/s',
      capacity: (useful * instances('auth')) / figure('cpuMs.login'),
      demand: load.loginsPerSecond,
      moved: `max-scale of auth, ${instances('auth')}`,
    },
    {
      what: 'PostgreSQL, processor',
      unit: 'creates/s',
      capacity: (useful * assumed('postgresCores')) / figure('createMs.postgres'),
      demand: creates,
      moved: 'a larger primary: writes have one',
    },
    {
      what: 'a Trigger of Kafka’s Broker, in order',
      unit: 'events/s',
      capacity: perTrigger,
      demand: creates * figure('eventsOfCreate'),
      moved: `partitions of its topic, ${figure('partitions')}`,
    },
    {
      what: 'the local Broker',
      unit: 'events/s',
      capacity: assumed('usefulShare') * figure('broker.publishedPerSecond'),
      demand: creates * figure('eventsOfCreate'),
      moved: 'one process: on a cluster another Broker',
    },
    ...surroundings(inputs, load),
  ];
}

/** Bounds of what is around the functions. */
function surroundings(inputs: Inputs, load: Load): Bound[] {
  const [figure, assumed] = [valueIn(inputs.figures), valueIn(inputs.assumptions)];
  const useful = assumed('usefulShare') * 1000;
  const requests = load.pagesPerSecond + load.apiReadsPerSecond + load.createsPerSecond + load.loginsPerSecond;
  const running = instancesFor(inputs, load);
  const connected = connectionsOf(inputs).map(
    ({ name, instances, connections }) => ((running[name] ?? 1) * connections) / instances,
  );
  return [
    {
      what: 'PostgreSQL, connections',
      unit: 'connections',
      capacity: assumed('postgresConnections'),
      demand: connected.reduce((sum, each) => sum + each, 0),
      moved: 'a pooler, `max_connections`, max-scale',
    },
    {
      what: 'PostgreSQL, disk for the archive',
      unit: 'GiB',
      capacity: assumed('archiveDiskGib'),
      demand: archiveGibOf(inputs, load),
      moved: `ARCHIVE_DAYS, ${figure('archiveDays')}; a larger disk`,
    },
    {
      what: 'gateway, processor',
      unit: 'requests/s',
      capacity: (useful * assumed('gatewayCores')) / assumed('gatewayCpuMs'),
      demand: requests,
      moved: 'replicas of the gateway; a CDN before it',
    },
    {
      what: 'a laptop with everything on it',
      unit: 'ms/s',
      capacity: useful * figure('laptopCores'),
      demand:
        load.pagesPerSecond * figure('cpuMs.page') +
        load.apiReadsPerSecond * figure('cpuMs.list') +
        load.createsPerSecond * figure('cpuMs.create') +
        load.loginsPerSecond * figure('cpuMs.login'),
      moved: 'a cluster',
    },
  ];
}

/** What the archive grows to. */
function archiveGibOf(inputs: Inputs, load: Load): number {
  const figure = valueIn(inputs.figures);
  const archived = load.createsPerSecond * figure('eventsOfCreate') * 86_400 * figure('archiveDays');
  return (archived * figure('bytesOfArchivedEvent')) / gib;
}

/** Connections to PostgreSQL. */
export interface Connections {
  name: string;
  instances: number;
  connections: number;
}

/** web reads the settings of the blog, and begins no transaction. */
const onlyReads = (name: string): boolean => name === 'web';

/** At most, all functions at their max-scale. */
export function connectionsOf(inputs: Inputs): Connections[] {
  const each = 1 + valueIn(inputs.figures)('connections.transactions');
  return Object.entries(inputs.scales)
    .filter(([, { usesDatabase }]) => usesDatabase)
    .map(([name, { max }]) => ({ name, instances: max, connections: max * (onlyReads(name) ? 1 : each) }));
}

/** Instances of a function that a load keeps busy. */
export function instancesFor(inputs: Inputs, load: Load): Record<string, number> {
  const [figure, assumed] = [valueIn(inputs.figures), valueIn(inputs.assumptions)];
  const creates = load.createsPerSecond;
  const busyMs: Record<string, number> = {
    web: load.pagesPerSecond * figure('cpuMs.page') + creates * figure('createMs.web'),
    posts:
      (load.apiReadsPerSecond + load.pagesPerSecond * assumed('missShare')) * figure('cpuMs.list') +
      creates * figure('createMs.posts'),
    categories:
      load.pagesPerSecond * assumed('missShare') * figure('cpuMs.categories') + creates * figure('createMs.categories'),
    journal: creates * figure('createMs.journal'),
    auth: load.loginsPerSecond * figure('cpuMs.login'),
  };
  return Object.fromEntries(
    Object.entries(busyMs).map(([name, ms]) => {
      const needed = Math.ceil(ms / (1000 * assumed('usefulShare')));
      return [name, Math.max(needed, inputs.scales[name]?.min ?? 0)];
    }),
  );
}

/** Processor time of a million of something, in hours, and what it costs. */
export interface Cost {
  what: string;
  vcpuHours: number;
  price: number;
}

/** What a million costs, besides what is awake anyway. */
export function costs(inputs: Inputs): Cost[] {
  const [figure, assumed] = [valueIn(inputs.figures), valueIn(inputs.assumptions)];
  const { vcpuHour, gibOfTraffic } = inputs.prices;
  const million = (what: string, cpuMs: number, bytes = 0): Cost => {
    const vcpuHours = (cpuMs * 1e6) / 1000 / secondsOfHour;
    return { what, vcpuHours, price: vcpuHours * vcpuHour + ((bytes * 1e6) / gib) * gibOfTraffic };
  };
  const gateway = assumed('gatewayCpuMs');
  const sharedByEvents = ['platform', 'categories', 'journal', 'web']
    .map((each) => figure(`createMs.${each}`))
    .reduce((sum, ms) => sum + ms, 0);
  return [
    million('pages', figure('cpuMs.page') + gateway, assumed('bytesOfPage')),
    million('reads of a list by the API', figure('cpuMs.list') + gateway),
    million('reads of a post by the API', figure('cpuMs.post') + gateway),
    million('creates, with their events', figure('cpuMs.create') + gateway),
    million('events, from the outbox to every consumer', sharedByEvents / figure('eventsOfCreate')),
    million('log-ins', figure('cpuMs.login') + gateway),
  ];
}

/** What a month of a load costs, by what is paid for. */
export interface Month {
  instances: number;
  compute: number;
  memory: number;
  storage: number;
  traffic: number;
  total: number;
  /** GiB that the archive and the events in it grow to. */
  archiveGib: number;
}

/** A month of a steady load; databases by their cores, no cluster around it. */
export function monthOf(inputs: Inputs, load: Load): Month {
  const [figure, assumed] = [valueIn(inputs.figures), valueIn(inputs.assumptions)];
  const { prices, hoursOfMonth } = inputs;
  const running = instancesFor(inputs, load);
  const memoryMib = Object.entries(running).map(
    ([name, n]) => n * (inputs.figures[`memoryMiB.${name}`]?.value ?? figure('memoryMiB.posts')),
  );
  const seconds = hoursOfMonth * secondsOfHour;
  const busyHours = costs(inputs);
  const hoursFor = (what: string, perSecond: number) => {
    const found = busyHours.find((cost) => cost.what.startsWith(what));
    if (!found) throw new Error(`no cost of ${what}`);
    return (found.vcpuHours * perSecond * seconds) / 1e6;
  };
  const vcpuHours =
    hoursFor('pages', load.pagesPerSecond) +
    hoursFor('reads of a list', load.apiReadsPerSecond) +
    hoursFor('creates', load.createsPerSecond) +
    hoursFor('log-ins', load.loginsPerSecond) +
    assumed('postgresCores') * hoursOfMonth;
  const archiveGib = archiveGibOf(inputs, load);
  const month = {
    compute: vcpuHours * prices.vcpuHour,
    memory: ((memoryMib.reduce((sum, each) => sum + each, 0) * mib) / gib) * hoursOfMonth * prices.gibHour,
    storage: archiveGib * prices.gibMonthOfStorage,
    traffic: ((load.pagesPerSecond * seconds * assumed('bytesOfPage')) / gib) * prices.gibOfTraffic,
  };
  return {
    ...month,
    instances: Object.values(running).reduce((sum, each) => sum + each, 0),
    archiveGib,
    total: Object.values(month).reduce((sum, each) => sum + each, 0),
  };
}

/** The load so many times. */
export const multiplied = (load: Load, times: number): Load => ({
  pagesPerSecond: load.pagesPerSecond * times,
  apiReadsPerSecond: load.apiReadsPerSecond * times,
  createsPerSecond: load.createsPerSecond * times,
  loginsPerSecond: load.loginsPerSecond * times,
});
