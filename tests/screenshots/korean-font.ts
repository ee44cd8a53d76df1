import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { BrowserContext } from 'playwright-core';

const folder = dirname(createRequire(import.meta.url).resolve('@fontsource/noto-sans-kr/400.css'));
const address = '/screenshots/fonts/';

/** Families of the style sheet that begin where a machine has no font of its own for a letter. */
const families = ['Noto Sans', 'Liberation Mono'];

/** Letters of a rule from Hangul on: what is before, the machine draws itself. */
const fromHangulOn = (range: string): string =>
  range
    .split(',')
    .filter((each) => Number.parseInt(each.trim().slice(2), 16) >= 0x1100)
    .join(',');

/** Rules of the numbered files, which hold Hangul and Chinese letters, and some Latin ones. */
const rules = families
  .flatMap((family) =>
    ['400', '700'].flatMap((weight) =>
      (readFileSync(join(folder, `${weight}.css`), 'utf8').match(/@font-face \{[^}]+\}/g) ?? [])
        .filter((rule) => /noto-sans-kr-\d+-/.test(rule))
        .map((rule) => rule.replace(/'Noto Sans KR'/, `"${family}"`).replaceAll('./files/', address))
        .map((rule) => rule.replace(/(?<=unicode-range: )[^;}]+/, fromHangulOn))
        .filter((rule) => !/unicode-range: [;}]/.test(rule)),
    ),
  )
  .join('\n');

/**
 * Gives the blog's style sheet a Korean font, so that pages show letters on machines that have none.
 * @param context one that ignores the policy of the pages, which takes no fonts from elsewhere
 */
export async function lendKoreanFont(context: BrowserContext): Promise<void> {
  await context.route(/\/assets\/style-[0-9a-f]+\.css$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${await response.text()}\n${rules}` });
  });
  await context.route(`**${address}*`, (route) =>
    route.fulfill({ path: join(folder, 'files', new URL(route.request().url()).pathname.slice(address.length)) }),
  );
}
