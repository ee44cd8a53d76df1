import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@dormouse/auth/temporary-folder.fixture';
import { catalogue } from '@dormouse/events/catalogue';
import { type Example, readExamples } from '@dormouse/events/examples';
import { type JsonSchema, jsonSchema } from '@dormouse/events/json-schema';
import { readReleased } from '@dormouse/events/released';
import { compileFilters } from '@dormouse/filters/filter';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import type { Trigger } from '@dormouse/manifests/model';
import { readPlatform } from '@dormouse/manifests/readers/read-platform';
import { binaryHeaders } from '@dormouse/runtime/write-event';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allowedBy } from './allowed-by.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { signed } from './event-keys.ts';
import { type FunctionInProcess, openFunction } from './in-process.ts';

const project = join(import.meta.dirname, '..');
const platform = readPlatform(render(join(project, 'knative/base')));
const examples = readExamples();
const released = readReleased();
const hasTables = (name: string) => existsSync(join(project, 'functions', name, 'migrations'));

/** Path of a function that events are delivered to. */
interface Consumer {
  name: string;
  path: string;
  triggers: Trigger[];
}

const consumers: Consumer[] = [];
for (const trigger of platform.triggers) {
  if (trigger.subscriber.kind !== 'service') continue;
  const { name, path } = trigger.subscriber;
  const known = consumers.find((each) => each.name === name && each.path === path);
  if (known) known.triggers.push(trigger);
  else consumers.push({ name, path, triggers: [trigger] });
}

/** The golden examples that Triggers bring to a consumer. */
const claimed = ({ triggers }: Consumer) => {
  const matchers = triggers.map(({ filters }) => compileFilters(filters));
  return examples.filter(({ event }) => matchers.some((matches) => matches(attributesOf(event))));
};

/** Takes events of every type, and so does not know what is in them. */
const takesAll = ({ triggers }: Consumer) => triggers.some(({ filters }) => filters.length === 0);

/** What a Trigger sees of an event. */
const attributesOf = ({ data: _, ...attributes }: Example['event']) => attributes as unknown as Record<string, string>;

const modes: Record<string, (event: Example['event']) => { headers: Record<string, string>; body: string }> = {
  binary: ({ data, ...event }) => ({ headers: binaryHeaders({ ...event, data: '' }), body: JSON.stringify(data) }),
  structured: (event) => ({
    headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' },
    body: JSON.stringify(event),
  }),
  batched: (event) => ({
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    body: JSON.stringify([event]),
  }),
};

/** A version far ahead of what a consumer knows is refused, although the schema allows it (decision 47). */
const withoutJump = (data: object) =>
  'version' in data ? { ...data, version: (Number(data.version) % 5000) + 1 } : data;

/** Functions that a consumer asks before it has taken an event, and the variables that say where they are. */
const asked: Readonly<Record<string, Readonly<Record<string, string>>>> = { pictures: { MEDIA_URL: 'media' } };

/** Whose functions of the database a consumer asks. */
const askedInDatabase: Readonly<Record<string, readonly string[]>> = { mail: ['newsletter', 'comments'] };

/** A function's module is read once, and its variables with it: those of the manifest would lead to folders of this machine. */
const variables: Record<string, string> = { MEDIA_DIR: temporaryFolder() };

describe.each(consumers)('$name at $path', (consumer) => {
  let db: TestDatabase;
  let served: FunctionInProcess;
  const others: FunctionInProcess[] = [];
  const { name, path } = consumer;
  const needed = Object.entries(asked[name] ?? {});
  const owners = [
    ...new Set([
      'auth',
      'categories',
      'posts',
      ...needed.map(([, other]) => other),
      ...(askedInDatabase[name] ?? []),
      name,
    ]),
  ].filter(hasTables);

  beforeAll(async () => {
    db = await testDatabase(...owners);
    const own = (of: string) => (hasTables(of) ? { databaseUrl: db.urlOf(of) } : {});
    const addresses: Record<string, string> = {};
    for (const [variable, other] of needed) {
      const opened = await openFunction(other, { ...own(other), variables });
      others.push(opened);
      addresses[variable] = opened.origin;
    }
    served = await openFunction(name, { ...own(name), variables: { ...variables, ...addresses } });
  });
  afterAll(async () => {
    await served?.close();
    for (const other of others) await other.close();
    await db?.drop();
  });

  const deliver = async (event: Example['event'], mode: string) => {
    const { status } = await fetch(served.origin + path, {
      method: 'POST',
      ...(modes[mode] as (typeof modes)[string])(signed(event)),
    });
    return status >= 200 && status < 300 ? 'taken' : status;
  };

  /** Everything that is stored, row by row. */
  const stored = async () => {
    const tables = await db.admin<{ schema: string; name: string }[]>`
      SELECT table_schema AS schema, table_name AS name FROM information_schema.tables WHERE table_schema = ANY(${owners}) AND table_type = 'BASE TABLE' ORDER BY 1, 2`;
    const contents = tables.map(async ({ schema, name }) => [`${schema}.${name}`, await rowsOf(`${schema}.${name}`)]);
    return Object.fromEntries(await Promise.all(contents)) as Record<string, string[]>;
  };
  const rowsOf = async (table: string) =>
    (await db.admin<{ row: string }[]>`SELECT t::text AS row FROM ${db.admin(table)} AS t ORDER BY 1`).map(
      ({ row }) => row,
    );

  test('there is a golden example of every type that its Triggers bring', () => {
    const matchers = consumer.triggers.map(({ filters }) => compileFilters(filters));
    const brought = catalogue.filter(({ type, source }) => matchers.some((matches) => matches({ type, source })));
    expect(brought.length).toBeGreaterThan(0);
    expect(
      brought.map(({ type }) => type).filter((type) => !claimed(consumer).some(({ event }) => event.type === type)),
    ).toEqual([]);
  });

  const cases = Object.keys(modes).flatMap((mode) =>
    claimed(consumer).map((example) => ({ mode, example: example.name, event: example.event })),
  );
  test.each(cases)('takes $example in $mode mode, and the second time changes nothing', async ({ mode, event }) => {
    // Each mode brings an event of its own, so that none is known from the mode before.
    const own = { ...event, id: `${event.id.slice(0, -1)}${Object.keys(modes).indexOf(mode)}` };
    expect(await deliver(own, mode)).toBe('taken');
    const before = await stored();
    expect(await deliver(own, mode)).toBe('taken');
    expect(await stored()).toEqual(before);
  });

  test('in any mode it is the same event', async () => {
    const [{ event }] = claimed(consumer) as [Example];
    expect(await deliver(event, 'binary')).toBe('taken');
    const before = await stored();
    for (const mode of ['structured', 'batched']) expect(await deliver(event, mode)).toBe('taken');
    expect(await stored()).toEqual(before);
  });

  const seen = cases.filter(({ mode }) => mode === 'binary');
  test.each(seen)('takes $example from a producer that has added a field', async ({ event, mode }) => {
    const data = { ...(event.data as object), added_later: { by: ['a newer producer'] } };
    expect(await deliver({ ...event, id: event.id.replace(/.$/, 'e'), data }, mode)).toBe('taken');
  });

  test.each(takesAll(consumer) ? [] : seen)(
    'refuses $example for good when its data lost what is required',
    async ({ event, mode }) => {
      const data = {};
      const before = await stored();
      expect(await deliver({ ...event, id: event.id.replace(/.$/, 'f'), data }, mode)).toBe(422);
      expect(await stored()).toEqual(before);
    },
  );

  const types = [...new Set(seen.map(({ event }) => event.type))];
  test.each(types)(
    'law: whatever the released schema of %s allows is taken, and the second time changes nothing',
    async (type) => {
      const { event } = seen.find((each) => each.event.type === type) as (typeof seen)[number];
      // What was not released yet may still change: then today's schema is the promise.
      const contract = catalogue.find((each) => each.type === type)!;
      const data = allowedBy((released.schemas[type] ?? jsonSchema(contract)) as JsonSchema);
      await fc.assert(
        fc.asyncProperty(data, fc.uuid(), async (data, id) => {
          const own = { ...event, id, data: withoutJump(data as object) };
          expect(await deliver(own, 'binary')).toBe('taken');
          const before = await stored();
          expect(await deliver(own, 'structured')).toBe('taken');
          expect(await stored()).toEqual(before);
        }),
        { numRuns: 10, includeErrorInReport: true },
      );
    },
  );
});
