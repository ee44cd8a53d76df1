import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toEnvelope } from './cloudevent.ts';
import { userRegistered } from './user.ts';

const at = { id: '0190b4e2-0000-7000-8000-000000000001', time: new Date('2026-01-02T03:04:05.006Z') };
const ada = { id: 3, username: 'ada', created_at: '2026-01-02T03:04:05.006Z' };

describe('making an event', () => {
  it('fills every attribute from contract, subject and occurrence', () => {
    expect(toEnvelope(userRegistered, 'user/3', ada, at)).toEqual({
      specversion: '1.0',
      id: at.id,
      type: 'dev.dormouse.user.registered.v1',
      source: '/auth',
      subject: 'user/3',
      time: '2026-01-02T03:04:05.006Z',
      datacontenttype: 'application/json',
      dataschema: 'https://dormouse.dev/schemas/dev.dormouse.user.registered.v1.json',
      partitionkey: 'user/3',
      data: ada,
    });
  });

  it('keeps the trace, and a trace state only beside a trace', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    expect(toEnvelope(userRegistered, 'user/3', ada, { ...at, traceparent, tracestate: 'a=1' })).toMatchObject({
      traceparent,
      tracestate: 'a=1',
    });
    expect(toEnvelope(userRegistered, 'user/3', ada, { ...at, tracestate: 'a=1' })).not.toHaveProperty('tracestate');
  });

  it('never passes on a field that the contract does not declare', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (extra) => {
        const event = toEnvelope(
          userRegistered,
          'user/3',
          Object.assign({}, extra, { email: 'ada@example.org' }, ada),
          at,
        );
        expect(Object.keys(event.data).sort()).toEqual(['created_at', 'id', 'username']);
      }),
    );
  });

  it('refuses data that breaks the contract', () => {
    expect(() => toEnvelope(userRegistered, 'user/3', { ...ada, id: 0 }, at)).toThrow(/>=1/);
    expect(() => toEnvelope(userRegistered, 'user/3', { ...ada, created_at: 'yesterday' }, at)).toThrow(/timestamp/i);
  });
});

describe('contracts', () => {
  it.each([
    'blog',
    'contract',
    'field',
    'post',
    'category',
    'media',
    'user',
    'token',
    'invitation',
    'catalogue',
    'cloudevent',
  ])('%s.ts loads nothing but valibot: it is in every cold start', (name) => {
    const text = readFileSync(new URL(`./${name}.ts`, import.meta.url), 'utf8');
    const imported = [...text.matchAll(/^import (?!type ).*? from '([^']+)'/gm)].map(([, from]) => from!);
    expect(
      imported.filter(
        (from) =>
          from !== 'valibot' &&
          !/^\.\/(blog|comment|contract|field|mail|media|newsletter|post|category|user|webhook|token|invitation|journal)\.ts$/.test(
            from,
          ),
      ),
    ).toEqual([]);
  });
});
