import { expect, it } from 'vitest';
import { hexoPermalink, hugoPermalink, jekyllPermalink } from './permalinks.ts';
import type { PublishedPage } from './site.ts';

const page = (parts: Partial<PublishedPage['place']>, fields: Record<string, unknown> = {}): PublishedPage => ({
  path: 'source/_posts/tea/green.md',
  place: { kind: 'post', hidden: [], defaults: [], folders: [], name: 'green', ...parts },
  fields,
  date: '2021-12-31T23:30:00.000Z',
  categories: ['Hot Drinks'],
});

it.each([
  [{}, {}, '/hot drinks/2021/12/31/green.html'],
  [{ permalink: 'pretty' }, {}, '/hot drinks/2021/12/31/green/'],
  [{ permalink: '/:year/:i_month/:title' }, { slug: 'tea' }, '/2021/12/tea'],
  [{ permalink: 'none' }, { permalink: '/x/:title/' }, '/x/green/'],
  [{ permalink: '/:unknown/:title' }, {}, undefined],
])('Jekyll with %j and %j: %s', (config, fields, path) => {
  expect(jekyllPermalink(config, undefined)(page({}, fields))).toBe(path);
});

it('Jekyll puts pages where they lie', () => {
  expect(jekyllPermalink({}, undefined)(page({ kind: 'page', folders: ['us'] }))).toBe('/us/green.html');
  expect(jekyllPermalink({ permalink: 'pretty' }, undefined)(page({ kind: 'page' }))).toBe('/green/');
});

it('Hexo by its pattern, in the zone of the site', () => {
  const at = (permalink: string) => hexoPermalink({ permalink }, 'source', 'Europe/Berlin')(page({}));
  expect(at(':year/:title.html')).toBe('/2022/tea/green.html');
  expect(at(':category/:title')).toBeUndefined();
  expect(hexoPermalink({}, 'source', undefined)({ ...page({ kind: 'page' }), path: 'source/about/index.md' })).toBe(
    '/about/index.html',
  );
});

it('Hugo by the pattern of the section, by language, else by folders', () => {
  const config = { permalinks: { page: { log: '/:section/:year/:contentbasename/' } } };
  const fields = { date: '2022-03-03T22:00:00-05:00', title: 'Windy days' };
  expect(hugoPermalink(config)(page({ folders: ['log'], language: 'ko' }, fields))).toBe('/ko/log/2022/green/');
  expect(hugoPermalink({})(page({ folders: ['My Log'], name: 'A b' }, fields))).toBe('/my-log/a-b/');
  expect(hugoPermalink({ permalinks: { log: '/:year/:slug/' } })(page({ folders: ['log'] }, fields))).toBe(
    '/2022/windy-days/',
  );
});
