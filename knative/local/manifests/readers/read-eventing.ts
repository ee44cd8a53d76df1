import { CesqlParseError } from '@dormouse/cesql/failure';
import { parse } from '@dormouse/cesql/parse';
import { unknownCalls } from '@dormouse/cesql/unknown-calls';
import { parseCron } from '@dormouse/time/cron';
import { isZoneName } from '@dormouse/time/zone-names';
import { attributeName, defaultSchedule } from '../knative-rules.ts';
import type { Broker, EventType, Filter, PingSource, Trigger } from '../model.ts';
import type { Fields } from '../yaml/fields.ts';
import { readDelivery } from './read-delivery.ts';
import { readDestination } from './read-destination.ts';
import { readExtensions } from './read-extensions.ts';
import type { Ignore, ObjectFields } from './read-object.ts';

/** Reads a Broker (eventing.knative.dev/v1). */
export function readBroker({ name, namespace, root, annotations, origin, ignore, enabled }: ObjectFields): Broker {
  const spec = root.fields('spec')?.only('config', 'delivery');
  if (spec?.has('config'))
    ignore('config: events are stored by the local broker, whatever the class', spec.origin('config'));
  const type = annotations['eventing.knative.dev/broker.class'] ?? 'MTChannelBasedBroker';
  return { name, namespace, class: type, delivery: readDelivery(spec, { namespace, ignore, enabled }), origin };
}

/** Reads a Trigger (eventing.knative.dev/v1); `filters`, unless there are none, replaces `filter`. */
export function readTrigger({ name, namespace, root, annotations, origin, ignore, enabled }: ObjectFields): Trigger {
  const spec = root.need('spec').only('broker', 'filter', 'filters', 'subscriber', 'delivery');
  const attributes = spec.fields('filter')?.only('attributes').fields('attributes');
  if (attributes) checkAttributes(attributes);
  const filters = spec.list('filters');
  const old: Filter[] =
    attributes && attributes.keys.length > 0 ? [{ exact: spec.fields('filter')!.map('attributes') }] : [];
  return {
    name,
    namespace,
    broker: spec.string('broker'),
    filters: filters.length > 0 ? readFilters(filters, ignore) : old,
    subscriber: readDestination(spec.need('subscriber'), namespace, ignore),
    delivery: readDelivery(spec, { namespace, ignore, enabled }),
    ...(annotations['kafka.eventing.knative.dev/delivery.order'] === 'ordered' ? { ordered: true } : {}),
    ...(annotations['dormouse.dev/inbox'] ? { inbox: annotations['dormouse.dev/inbox'] } : {}),
    origin,
  };
}

const dialects = ['exact', 'prefix', 'suffix', 'all', 'any', 'not', 'cesql'];

/** Filters that say something: Knative skips an empty one, which so lets everything through. */
const readFilters = (entries: readonly Fields[], ignore: Ignore): Filter[] =>
  entries.flatMap((entry) => {
    const filter = readFilter(entry, ignore);
    if (!filter) ignore('an empty filter lets every event through', entry.origin());
    return filter ?? [];
  });

/** Reads one filter of the Subscriptions API: one dialect at most. Undefined: it is empty. */
function readFilter(entry: Fields, ignore: Ignore): Filter | undefined {
  const [dialect, another] = entry.only(...dialects).keys.filter((key) => !isEmpty(entry, key));
  if (!dialect) return undefined;
  if (another) entry.fail(another, `cannot stand beside ${dialect}: a filter has one dialect`);
  if (dialect === 'cesql') return { cesql: readExpression(entry) };
  if (dialect === 'not') {
    const filter = readFilter(entry.need('not'), ignore);
    return filter && { not: filter };
  }
  if (dialect === 'all' || dialect === 'any') {
    const filters = readFilters(entry.list(dialect), ignore);
    if (filters.length === 0) return undefined;
    return dialect === 'all' ? { all: filters } : { any: filters };
  }
  checkAttributes(entry.need(dialect));
  const attributes = entry.map(dialect);
  for (const [name, value] of Object.entries(attributes))
    if (value === '') entry.need(dialect).fail(name, 'must not be empty');
  return dialect === 'exact'
    ? { exact: attributes }
    : dialect === 'prefix'
      ? { prefix: attributes }
      : { suffix: attributes };
}

/** Whether a dialect counts as not given. */
function isEmpty(entry: Fields, dialect: string): boolean {
  if (dialect === 'cesql') return entry.text('cesql') === '';
  if (dialect === 'all' || dialect === 'any') return entry.list(dialect).length === 0;
  return dialect !== 'not' && entry.need(dialect).keys.length === 0;
}

/** An expression that parses, and whose functions exist: another could never let an event through. */
function readExpression(entry: Fields): string {
  const text = entry.string('cesql');
  try {
    const [unknown] = unknownCalls(parse(text));
    if (unknown)
      entry.fail(
        'cesql',
        `calls ${unknown.name} with ${unknown.count} arguments, which does not exist, at character ${unknown.at + 1}`,
      );
  } catch (error) {
    if (error instanceof CesqlParseError) entry.fail('cesql', `is no CESQL expression: ${error.message}`);
    throw error;
  }
  return text;
}

function checkAttributes(attributes: Fields): void {
  for (const name of attributes.keys)
    if (!attributeName.test(name))
      attributes.fail(name, 'is not the name of an attribute: a lower-case letter, then lower-case letters and digits');
}

/** Reads an EventType (eventing.knative.dev): only what the catalogue shows. v1beta3 says the type among the attributes. */
export function readEventType({ name, namespace, root, origin }: ObjectFields): EventType {
  const spec = root
    .need('spec')
    .only('type', 'source', 'schema', 'schemaData', 'broker', 'description', 'reference', 'attributes', 'variables');
  const attribute = spec.list('attributes').find((each) => each.text('name') === 'type');
  return {
    name,
    namespace,
    type: attribute?.string('value') ?? spec.string('type'),
    description: spec.text('description'),
    origin,
  };
}

/** Reads a PingSource (sources.knative.dev/v1, or v1beta2, whose fields are the same). */
export function readPingSource({ name, namespace, root, origin, ignore }: ObjectFields): PingSource {
  const spec = root
    .need('spec')
    .only('schedule', 'timezone', 'contentType', 'data', 'dataBase64', 'sink', 'ceOverrides');
  const timezone = spec.text('timezone') || undefined;
  if (timezone && !isZoneName(timezone))
    spec.fail('timezone', `"${timezone}" is not a time zone: a name of the tz database is, like Europe/Berlin`);
  return {
    name,
    namespace,
    schedule: readSchedule(spec, timezone),
    timezone,
    ...readPingData(spec),
    sink: readDestination(spec.need('sink'), namespace, ignore),
    extensions: readExtensions(spec),
    origin,
  };
}

function readPingData(spec: Fields): Pick<PingSource, 'contentType' | 'data' | 'dataBase64'> {
  const contentType = spec.text('contentType') || undefined;
  const data = spec.text('data') || undefined;
  const dataBase64 = spec.text('dataBase64') || undefined;
  if (data !== undefined && dataBase64 !== undefined) spec.fail('dataBase64', 'cannot stand beside data');
  if (dataBase64 !== undefined && !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(dataBase64))
    spec.fail('dataBase64', 'is not base64');
  const text = data ?? (dataBase64 === undefined ? undefined : Buffer.from(dataBase64, 'base64').toString());
  if (text !== undefined && contentType === 'application/json' && !isJsonObject(text))
    spec.fail(data === undefined ? 'dataBase64' : 'data', 'is not a JSON object, as contentType says');
  return { contentType, data, ...(dataBase64 === undefined ? {} : { dataBase64 }) };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** Fields of cron, or `@hourly` and its like, as the scheduler reads them. */
function readSchedule(spec: Fields, timezone: string | undefined): string {
  const schedule = spec.text('schedule') || defaultSchedule;
  try {
    parseCron(schedule, timezone);
  } catch (error) {
    spec.fail('schedule', `cannot be kept: ${(error as Error).message}`);
  }
  return schedule;
}
