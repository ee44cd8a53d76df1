import { join } from 'node:path';
import { slug } from 'github-slugger';
import { defineConfig } from 'vitepress';
import { literalCode } from '../literal-code.ts';
import { navigation } from '../navigation.ts';
import { repositoryLinks } from '../repository-links.ts';

const project = join(import.meta.dirname, '../../..');

export default defineConfig({
  title: 'Dormouse',
  description: 'A blog platform of small TypeScript functions that scale to zero on Knative, and on one laptop.',
  lang: 'en',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  // Pages stay where GitHub shows them, so that each link means the same there and here.
  srcDir: project,
  srcExclude: ['**/node_modules/**', '**/dist/**', '**/.*/**', 'tests/**', 'docs/site/**'],
  outDir: join(project, 'dist/docs'),
  cacheDir: join(import.meta.dirname, '../node_modules/.cache'),
  rewrites: (page) => page.replace(/(^|\/)README\.md$/, '$1index.md'),
  // The console of a running platform is no page of this site.
  ignoreDeadLinks: [/^https?:\/\/(127\.0\.0\.1|localhost)/],
  markdown: {
    // Shiki knows none of the three; numbers and texts look the same.
    languageAlias: { logql: 'sql', promql: 'sql', traceql: 'sql' },
    anchor: { slugify: (text) => slug(text) },
    config: (markdown) => {
      markdown.use(repositoryLinks({ project, source: process.env.DOCS_SOURCE?.replace(/\/$/, '') }));
      markdown.use(literalCode);
    },
  },
  themeConfig: {
    sidebar: navigation(project),
    outline: [2, 3],
    search: { provider: 'local' },
    nav: [
      { text: 'Tutorials', link: '/docs/tutorials/first-blog', activeMatch: '/docs/tutorials/' },
      { text: 'Reference', link: '/docs/reference/command-line', activeMatch: '/docs/reference/' },
      { text: 'Troubleshooting', link: '/docs/troubleshooting/', activeMatch: '/docs/troubleshooting/' },
    ],
  },
});
