import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { saidInKorean, translated } from './words-ko-errors.ts';

/** What our functions say, as their sources have it. */
const sources = await Promise.all(
  ['_runtime', 'auth', 'comments', 'media', 'newsletter', 'posts', 'web', 'webhooks'].map(async (folder) => {
    const path = new URL(`../${folder}/`, import.meta.url);
    const files = (await readdir(path)).filter((name) => name.endsWith('.ts') && !/test|fixture|words-/.test(name));
    return Promise.all(files.map((name) => readFile(new URL(name, path), 'utf8')));
  }),
);
const all = sources.flat().join('\n');

it('every sentence that is translated is one that a function says', () => {
  expect(translated.filter((sentence) => !all.includes(sentence))).toEqual([]);
});

it('what forms are refused for is translated', () => {
  const refusals = [...all.matchAll(/'((?:must|is) [^'\n]*)'\)?,?$/gm)].flatMap(([, text]) => text ?? []);
  expect(refusals.length).toBeGreaterThan(20);
  expect(refusals.filter((text) => saidInKorean(text) === text && !programsOnly.test(text))).toEqual([]);
});

/** Of what no form of ours can send. */
const programsOnly =
  /must be text|public-key|must be published|must be pending|must be true or false|must be a list|known field|hashes, separated|addresses$|ASCII|one line of|a year from/;
