import { newKeySet, publishedKeys, rotateKeySet } from '@dormouse/events/key-set';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { preAuthenticationEncoding, type SignableEvent, verificationMaterial } from './dsse.ts';
import { eventSigner } from './event-signer.ts';
import { eventVerifier } from './event-verifier.ts';

const now = Date.parse('2026-03-04T05:06:07.089Z');
const event: SignableEvent = {
  id: '019cb76e-8001-7a30-9c1e-0f5d2b7a6e11',
  source: '/posts',
  type: 'dev.dormouse.post.created.v1',
  subject: 'post/42',
  time: '2026-03-04T05:06:07.089Z',
  datacontenttype: 'application/json',
  dataschema: 'https://dormouse.dev/schemas/dev.dormouse.post.created.v1.json',
  data: '{"id":42,"title":"Grüße"}',
};
const posts = newKeySet('/posts', 0);
const categories = newKeySet('/categories', 0);
const sign = eventSigner(JSON.stringify(posts), () => now);
const verifierOf = (...sets: (typeof posts)[]) => eventVerifier(JSON.stringify(publishedKeys(sets)));
const verifier = verifierOf(posts, categories);
const verify = (changed: Partial<SignableEvent> = {}, dssematerial = sign(event), more = {}) =>
  verifier.verify({ ...event, ...changed }, { dssematerial, ...more });
const good = { source: '/posts', kid: posts.keys[0]!.kid, extensions: {} };

describe('what is signed', () => {
  test('is the digest that Python computes by the text of the extension', () => {
    // python3: h=lambda s:hashlib.sha256(s).digest(); h(b''.join(h(p.encode()) for p in [id, source, '1.0', type, …])).hex()
    expect(verificationMaterial(event).toString('hex')).toBe(
      'f0e092f8adbcf06b25d174cd027f3c1863d28e1749014f9eb41bee1b833afc28',
    );
    expect(
      verificationMaterial({ id: '1', source: '/s', type: 't' }, [
        ['exta', 'one'],
        ['extb', ''],
      ]).toString('hex'),
    ).toBe('cd99452ab365b496e2baf0ba7f22fe32768dc9f6dd66f433f1b360d9f100089a');
  });

  test('is encoded as DSSE says', () => {
    expect(preAuthenticationEncoding(Buffer.from('hello world')).toString()).toBe(
      'DSSEv1 46 https://cloudevents.io/verifiability/dsse/v0.1 11 hello world',
    );
  });
});

describe('a signature', () => {
  test('is verified by the public key of its producer, whatever intermediaries do to the time', () => {
    expect(verify()).toEqual(good);
    for (const time of ['2026-03-04T05:06:07.0890Z', '2026-03-04T06:06:07.089+01:00', '2026-03-04T05:06:07Z'])
      expect(verify({ time })).toEqual(good);
    expect(verify({ data: Buffer.from(event.data as string) })).toEqual(good);
  });

  test('fits no other event: any change of any signed member is seen', () => {
    const members = Object.keys(event).filter((name) => name !== 'source') as (keyof SignableEvent)[];
    fc.assert(
      fc.property(fc.constantFrom(...members), fc.string(), (member, text) => {
        fc.pre(text !== event[member] && !(member === 'time' && Date.parse(text) === now));
        expect(verify({ [member]: text })).toHaveProperty('fault');
      }),
      { numRuns: 300 },
    );
    expect(verify({ data: '{"id":43,"title":"Grüße"}' })).toEqual({ fault: 'invalid' });
    expect(verify({ subject: undefined })).toEqual({ fault: 'invalid' });
  });

  test('is good for the producer’s own source only', () => {
    expect(verify({ source: '/categories' })).toEqual({ fault: 'wrong_producer' });
    const byOther = eventSigner(JSON.stringify(categories), () => now)(event);
    expect(verify({}, byOther)).toEqual({ fault: 'wrong_producer' });
  });

  test('that is none is named as what it is, and never throws', () => {
    const envelope = JSON.parse(Buffer.from(sign(event), 'base64').toString());
    const packed = (change: object) => Buffer.from(JSON.stringify({ ...envelope, ...change })).toString('base64');
    const [{ sig, keyid }] = envelope.signatures;
    expect(verifier.verify(event, {})).toEqual({ fault: 'missing' });
    expect(verify({}, 'x')).toEqual({ fault: 'malformed' });
    expect(verify({}, packed({ payloadType: 'https://example.org' }))).toEqual({ fault: 'malformed' });
    expect(verify({}, packed({ signatures: [] }))).toEqual({ fault: 'malformed' });
    expect(verify({}, packed({ signatures: [{ sig, keyid: 'k' }] }))).toEqual({ fault: 'unknown_key' });
    expect(verify({}, packed({ payload: '' }))).toEqual({ fault: 'invalid' });
    expect(verify({}, packed({ signatures: [{ keyid, sig: `${sig.slice(0, -4)}AAA=` }] }))).toEqual({
      fault: 'invalid',
    });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.base64String()), (text) => {
        expect(verify({}, text)).toHaveProperty('fault');
        expect(verify({}, Buffer.from(text).toString('base64'))).toHaveProperty('fault');
      }),
    );
  });

  test.each([
    ['a name twice', 'exta,exta'],
    ['an attribute of every event', 'time'],
    ['the signature itself', 'dssematerial'],
    ['the list itself', 'signedextattrs'],
    ['what the event does not have', 'extb'],
    ['what every object has', 'constructor'],
  ])('is not read where the list of signed extensions names %s', (_, signedextattrs) => {
    expect(verify({}, sign(event), { exta: '1', signedextattrs })).toEqual({ fault: 'malformed' });
  });

  test('does not cover extensions that were added on the way', () => {
    expect(verify({}, sign(event), { exta: '1' })).toEqual(good);
    expect(verify({}, sign(event), { exta: '1', signedextattrs: 'exta' })).toEqual({ fault: 'invalid' });
  });
});

describe('keys', () => {
  const startsAt = now + 3_600_000;
  const rotated = rotateKeySet(posts, { source: '/posts', startsAt });

  test('a new one signs from its time on, and is known before', () => {
    let clock = now;
    const signNow = eventSigner(JSON.stringify(rotated), () => clock);
    const both = verifierOf(rotated);
    const kidAt = (ms: number) => {
      clock = ms;
      const at = { ...event, time: new Date(ms).toISOString() };
      return both.verify(at, { dssematerial: signNow(at) });
    };
    expect(kidAt(startsAt - 1000)).toEqual(good);
    expect(kidAt(startsAt)).toEqual({ ...good, kid: rotated.keys[1]!.kid });
  });

  test('a replaced one holds for what it signed, and for nothing later', () => {
    const after = verifierOf(rotateKeySet(rotated, { source: '/posts', startsAt: startsAt + 1000 }));
    expect(after.verify(event, { dssematerial: sign(event) })).toEqual(good);
    const late = { ...event, time: '2026-05-04T05:06:07Z' };
    expect(after.verify(late, { dssematerial: sign(late) })).toEqual({ fault: 'wrong_time' });
    const early = { ...event, time: '1969-01-01T00:00:00Z' };
    expect(after.verify(early, { dssematerial: sign(early) })).toEqual({ fault: 'wrong_time' });
  });

  test('a stolen one is dropped with all that it signed', () => {
    const after = verifierOf(rotateKeySet(posts, { source: '/posts', startsAt: now, dropOthers: true }));
    expect(after.verify(event, { dssematerial: sign(event) })).toEqual({ fault: 'unknown_key' });
  });

  test('published ones hold nothing private', () => {
    expect(JSON.stringify(publishedKeys([rotated]))).not.toContain('"d"');
  });

  test.each(['', '{}', '{"keys":[{}]}', '{"keys":[{"kty":"oct","k":"AA","kid":"a","source":"/a","d":"x"}]}'])(
    '%j is no set of keys',
    (text) => {
      expect(() => eventSigner(text)).toThrow('EVENT_SIGNING_KEYS is not');
      expect(() => eventVerifier(text)).toThrow('EVENT_KEYS is not');
    },
  );
});
