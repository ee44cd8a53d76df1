import { themes } from '@dormouse/auth/contrast';
import { themeNames as settable } from '@dormouse/auth/settings';
import { palettes, usualAccents } from '@dormouse/web/palettes';
import { untouched } from '@dormouse/web/site';
import { themeNames } from '@dormouse/web/theme-names';
import { expect, test } from 'vitest';

test.each([
  ['light', 0],
  ['dark', 1],
] as const)('auth measures accents on the %s papers that pages are printed on', (theme, index) => {
  const { paper, raised, sunken, 'on-accent': onAccent } = palettes.usual;
  expect([themes[theme].grounds, themes[theme].onAccent]).toEqual([
    [paper, raised, sunken].map((each) => each[index]),
    onAccent[index],
  ]);
});

test('the accents of a blog that nobody has set up are those of the style sheet', () => {
  const { accent, accent_dark } = untouched('authors');
  expect([accent, accent_dark]).toEqual([usualAccents.light, usualAccents.dark]);
});

test('a blog can have every theme that readers can choose', () => {
  expect(settable).toEqual(themeNames);
});
