import { execFileSync } from 'node:child_process';
import { Ajv } from 'ajv';
import { CloudEvent } from 'cloudevents';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { catalogue } from './catalogue.ts';
import { toEnvelope } from './cloudevent.ts';
import type { EventContract } from './contract.ts';
import { contractViolations, unreleased } from './contract-violations.ts';
import { type Example, readExamples } from './examples.ts';
import { jsonSchema } from './json-schema.ts';
import { readReleased } from './released.ts';

const examples = readExamples();
const byType = (type: string) => catalogue.find((contract) => contract.type === type)!;

describe('golden examples', () => {
  it('exist for every event of the catalogue', () => {
    const types = new Set(examples.map(({ event }) => event.type));
    expect(catalogue.map(({ type }) => type).filter((type) => !types.has(type))).toEqual([]);
  });

  it.each(examples.map((example) => [example.name, example] as const))(
    '%s is what a producer would send',
    (name, { event }) => {
      expect(name.startsWith(`${event.type}/`)).toBe(true);
      const { id, time, traceparent, tracestate } = event;
      const made = toEnvelope(byType(event.type), event.subject, event.data as never, {
        id,
        time: new Date(time),
        traceparent,
        tracestate,
      });
      expect(made).toEqual(event);
    },
  );

  it.each(examples.map((example) => [example.name, example] as const))(
    '%s is a CloudEvent that fits its JSON Schema',
    (_, { event }) => {
      expect(() => new CloudEvent({ ...event }, true)).not.toThrow();
      const ajv = new Ajv({
        strict: true,
        formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/ },
      });
      const valid = ajv.compile(jsonSchema(byType(event.type)));
      expect(valid(event.data), JSON.stringify(valid.errors)).toBe(true);
    },
  );

  it('have ids that are UUIDv7 of their time, all different', () => {
    for (const { event } of examples) {
      expect(event.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(Number.parseInt(event.id.replaceAll('-', '').slice(0, 12), 16)).toBe(Date.parse(event.time));
    }
    expect(new Set(examples.map(({ event }) => event.id)).size).toBe(examples.length);
  });

  it('hold no e-mail address', () => {
    expect(JSON.stringify(examples)).not.toMatch(/@|e-?mail/i);
  });
});

describe('what was released', () => {
  const released = readReleased();

  it('is kept: every example as it was, every schema compatible', () => {
    expect(contractViolations(released, catalogue, examples)).toEqual([]);
  });

  it('covers every example and schema of a type that was released (otherwise: npm run release:events)', () => {
    // A type that never was may still change; the release of a version releases it.
    const types = Object.keys(released.schemas);
    expect(types.length).toBeGreaterThan(5);
    const known = unreleased(released, catalogue, examples).filter((news) =>
      types.some((type) => news.startsWith(type)),
    );
    expect(known).toEqual([]);
  });

  it('never shrank since a version that is tagged', () => {
    const kept = (earlier: Record<string, string>) =>
      Object.entries(earlier).every(([name, sha256]) => released.examples[name] === sha256);
    expect(taggedReleases().filter(([, earlier]) => !kept(earlier))).toEqual([]);
  });
});

describe('planted breakages', () => {
  const contract = byType('dev.dormouse.post.created.v1');
  const own = examples.filter(({ event }) => event.type === contract.type);
  const released = {
    examples: Object.fromEntries(own.map(({ name, sha256 }) => [name, sha256])),
    schemas: { [contract.type]: jsonSchema(contract) },
  };
  const entries = (contract.schema as v.ObjectSchema<v.ObjectEntries, undefined>).entries;
  const withFields = (changes: v.ObjectEntries): EventContract => ({
    ...contract,
    schema: v.object({ ...entries, ...changes }),
  });
  const found = (contracts: EventContract[], present: Example[] = own) =>
    contractViolations(released, contracts, present).join('\n');

  it('are not found where nothing changed', () => expect(found([contract])).toBe(''));
  it('finds a changed example', () =>
    expect(found([contract], [{ ...own[0]!, sha256: '0' }, ...own.slice(1)])).toContain('released example changed'));
  it('finds a deleted example', () =>
    expect(found([contract], own.slice(1))).toContain(`${own[0]!.name}: released example deleted`));
  it('finds a type that is gone', () => expect(found([])).toContain('released type is gone from the catalogue'));
  it('finds a removed field', () => {
    const { slug: _, ...rest } = entries;
    expect(found([{ ...contract, schema: v.object(rest) }])).toContain('data.slug: required field removed');
  });
  it('finds a field made optional', () =>
    expect(found([withFields({ slug: v.optional(v.string()) })])).toContain('data.slug: required field made optional'));
  it('finds a new required field, by schema and by example', () => {
    const problems = found([withFields({ language: v.string() })]);
    expect(problems).toContain('data.language: required field added');
    expect(problems).toContain(`${own[0]!.name}: language:`);
  });
  it('finds a narrowed type', () =>
    expect(found([withFields({ status: v.picklist(['published']) })])).toContain('data.status: narrowed, "draft"'));
  it('finds a longer minimum', () =>
    expect(found([withFields({ title: v.pipe(v.string(), v.minLength(3)) })])).toContain(
      'data.title: minLength was 1, is 3',
    ));
  it('lets an optional field in, and asks for its release', () => {
    const grown = withFields({ language: v.optional(v.string()) });
    expect(found([grown])).toBe('');
    expect(unreleased(released, [grown], own)).toEqual([`${contract.type}: schema is not released as it is now`]);
  });
});

/** Released examples of every tag `v*`; none in a copy without git's history. */
function taggedReleases(): [string, Record<string, string>][] {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const attempt = <T>(work: () => T, otherwise: T): T => {
    try {
      return work();
    } catch {
      return otherwise;
    }
  };
  const tags = attempt(() => git('tag', '--list', 'v*').split('\n').filter(Boolean), []);
  return tags.map((tag) => [tag, attempt(() => JSON.parse(git('show', `${tag}:./examples/released.json`)), {})]);
}
