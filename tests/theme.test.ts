import { themes } from '@dormouse/auth/contrast';
import { untouched } from '@dormouse/web/site';
import { stylesheet } from '@dormouse/web/stylesheet';
import { expect, test } from 'vitest';

const [light, dark] = [
  stylesheet.slice(0, stylesheet.indexOf('@media')),
  stylesheet.slice(stylesheet.indexOf('@media'), stylesheet.indexOf('*, ::before')),
];
const colorIn = (css: string, name: string) => new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(css)?.[1];
const groundsIn = (css: string) => ['paper', 'raised', 'sunken'].map((name) => colorIn(css, name));

test('auth measures accents on the papers that pages are printed on', () => {
  expect([themes.light.grounds, themes.light.onAccent]).toEqual([groundsIn(light), colorIn(light, 'on-accent')]);
  expect([themes.dark.grounds, themes.dark.onAccent]).toEqual([groundsIn(dark), colorIn(dark, 'on-accent')]);
});

test('the accents of a blog that nobody has set up are those of the style sheet', () => {
  const { accent, accent_dark } = untouched('authors');
  expect([accent, accent_dark]).toEqual([colorIn(light, 'accent'), colorIn(dark, 'accent')]);
});
