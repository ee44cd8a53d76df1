import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { withBuilt, withPromoted } from './images.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const overlay = (...images: object[]) => `# What this file is.\nkind: Component\nimages: ${JSON.stringify(images)}\n`;
const imagesOf = (text: string) => (parse(text) as { images: object[] }).images;
const staging = overlay(
  { name: 'dev.local/dormouse/posts', newName: 'r.example/d/posts', digest: digest('a') },
  { name: 'dev.local/dormouse/web', newName: 'r.example/d/web', newTag: 'unreleased' },
);

test('what was built gets its digest, and the rest stays', () => {
  const text = withBuilt(staging, [{ name: 'ghcr.io/o/r/web:main-1', digest: digest('b') }]);
  expect(text).toMatch(/^# What this file is\.$/m);
  expect(imagesOf(text)).toEqual([
    { name: 'dev.local/dormouse/posts', newName: 'r.example/d/posts', digest: digest('a') },
    { name: 'dev.local/dormouse/web', newName: 'ghcr.io/o/r/web', digest: digest('b') },
  ]);
});

test('an image whose name only begins alike is another one', () => {
  const built = [{ name: 'ghcr.io:443/o/r/web-next:main-1', digest: digest('b') }];
  expect(() => withBuilt(staging, built)).toThrow('none of the images that were built is one of the overlay');
});

test('production gets what staging has, and keeps its own comment', () => {
  const from = overlay({ name: 'dev.local/dormouse/posts', newName: 'r.example/d/posts', digest: digest('a') });
  const text = withPromoted('# Production.\nkind: Component\nimages: []\n', from);
  expect(text).toMatch(/^# Production\.$/m);
  expect(imagesOf(text)).toEqual(imagesOf(from));
});

test.each([
  ['a tag', staging, 'not named by digest: dev.local/dormouse/web'],
  ['a tag beside its digest', overlay({ name: 'a/posts', newTag: '1', digest: digest('a') }), 'by digest: a/posts'],
  ['nothing', overlay(), 'not named by digest: any image'],
])('what staging names by %s is not promoted', (_, from, message) => {
  expect(() => withPromoted(staging, from)).toThrow(message);
});
