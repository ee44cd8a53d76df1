import type { Difference } from './differences.ts';

const begin = '<!-- written by npm run generate from tests/docs/differences.ts -->';
const end = '<!-- end -->';

/** The page with the table of differences in place of the one that it has. @throws Error when it has no place for one */
export function withDifferences(page: string, differences: readonly Difference[]): string {
  const [before, rest] = page.split(`${begin}\n`);
  const after = rest?.split(`\n${end}`)[1];
  if (before === undefined || after === undefined) throw new Error(`the page has no ${begin} … ${end}`);
  return `${before}${begin}\n\n${tableOf(differences)}\n\n${end}${after}`;
}

function tableOf(differences: readonly Difference[]): string {
  const rows = differences.map(({ what, cluster, here, because, shownBy }) => {
    const files = [...new Set(shownBy.map(([file]) => file))];
    const links = files.map((file) => `[${file.replace(/^.*\//, '').replace('.test.ts', '')}](../../${file})`);
    return `| ${[what, cluster, here, because, links.join(', ')].join(' | ')} |`;
  });
  return ['| | on a cluster | here | because | tests |', '|---|---|---|---|---|', ...rows].join('\n');
}
