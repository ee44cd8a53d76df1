import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A page in the sidebar; `link` is its path from the project's root, without extension. */
export interface NavigationPage {
  text: string;
  link: string;
}

/** A folder of pages. Its README is the page of the group itself. */
export interface NavigationGroup {
  text: string;
  link?: string;
  collapsed: boolean;
  items: NavigationPage[];
}

/** Folders of docs/ in the order in which people need them. A folder that is not named here follows by its name. */
const order = [
  'tutorials',
  'how-to',
  'reference',
  'explanation',
  'decisions',
  'troubleshooting',
  'security',
  'operations',
];

/** Pages that stand elsewhere, by the folder of docs/ to whose readers they belong. */
const elsewhere: Readonly<Record<string, string>> = {
  operations: 'observability/runbooks/*.md',
  reference: 'terraform/*.md',
};

/** The sidebar: what lies in the folders, so that no list has to be kept. */
export function navigation(project: string): NavigationGroup[] {
  const found = globSync('docs/*/**/*.md', { cwd: project, exclude: (name) => basename(name) === 'node_modules' });
  const folders = [...new Set([...found.map((page) => page.split('/')[1] as string), ...Object.keys(elsewhere)])];
  const groups = folders
    .sort((one, other) => rank(one) - rank(other) || one.localeCompare(other))
    .map((folder) => {
      const own = found.filter((page) => page.startsWith(`docs/${folder}/`));
      return group(project, folder, [...own, ...globSync(elsewhere[folder] ?? [], { cwd: project })]);
    });
  const whole = globSync('{*.md,docs/*.md}', { cwd: project });
  return [group(project, 'Dormouse', whole, false), ...groups.filter(({ items }) => items.length > 0)];
}

const rank = (folder: string) => (order.includes(folder) ? order.indexOf(folder) : order.length);

function group(project: string, folder: string, pages: readonly string[], collapsed = true): NavigationGroup {
  const readme = pages.find((page) => page === 'README.md' || page === `docs/${folder}/README.md`);
  const items = pages
    .filter((page) => page !== readme)
    .map((page) => ({ text: titleOf(project, page), link: linkOf(page) }))
    .sort((one, other) => one.text.localeCompare(other.text, 'en', { numeric: true }));
  const text = `${folder[0]?.toUpperCase()}${folder.slice(1)}`;
  return { text, ...(readme && { link: linkOf(readme) }), collapsed, items };
}

/** Path of a page on the site: that of its file, so that links between files hold on both. */
const linkOf = (page: string): string =>
  basename(page) === 'README.md' ? `/${dirname(page) === '.' ? '' : `${dirname(page)}/`}` : `/${page.slice(0, -3)}`;

/** A page's first heading, without the marks of code. */
function titleOf(project: string, page: string): string {
  const heading = readFileSync(join(project, page), 'utf8')
    .split('\n')
    .find((line) => line.startsWith('# '));
  return heading?.slice(2).replaceAll('`', '') ?? page;
}
