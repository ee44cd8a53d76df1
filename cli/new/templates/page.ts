import type { NewFunction } from '../new-function.ts';
import { importsOf, lines } from './lines.ts';

/** `page.ts`: HTML; whatever is put into it is escaped. */
export function pageTemplate({ name, hasTable }: NewFunction): string {
  const title = name[0]!.toUpperCase() + name.slice(1);
  return lines(
    importsOf([['hono/html', 'html'], ...(hasTable ? [['./store.ts', 'type Entry'] as const] : [])]),
    '',
    `export const page = (${hasTable ? 'entries: readonly Entry[]' : ''}) => html\`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>${title}</title>
  </head>
  <body>
    <h1>${title}</h1>`,
    hasTable
      ? `    <ul>
      \${entries.map(({ text }) => html\`<li>\${text}</li>\`)}
    </ul>`
      : '    <p>This page was made when you asked for it.</p>',
    `  </body>
</html>\`;`,
  );
}
