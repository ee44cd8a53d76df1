import type { Source } from '@dormouse/manifests/source';
import { expect, test } from 'vitest';
import { withPublicUrl } from './with-public-url.ts';

test('every Service learns the address of the site, whatever its manifest says', () => {
  const earlier = { kind: 'value', name: 'PUBLIC_URL', value: '' };
  const services = ['web', 'auth'].map((name) => ({ name, container: { env: [earlier] } }));
  const source = { platform: { services } } as unknown as Source;
  const told = withPublicUrl(source, 'https://blog.example').platform.services.map(({ container }) => container.env);
  const own = { kind: 'value', name: 'PUBLIC_URL', value: 'https://blog.example' };
  expect(told).toEqual([
    [earlier, own],
    [earlier, own],
  ]);
  expect(withPublicUrl(source, undefined)).toBe(source);
});
