import type { Env } from '@dormouse/runtime/app';
import { fail } from '@dormouse/runtime/errors';
import type { Context, Hono } from 'hono';
import { appearancePage } from './appearance-page.ts';
import { writeCookie } from './cookies.ts';
import { isGenuine } from './csrf.ts';
import type { Web } from './dependencies.ts';
import { readForm } from './form.ts';
import { type FormProblem, stale } from './form-problem.ts';
import { localPath } from './local-path.ts';
import type { Sessions } from './session.ts';
import { themeOf } from './theme.ts';
import { themeNames } from './theme-names.ts';
import { privately, seeOther, viewerOf } from './viewer.ts';

const path = '/blog/appearance';
const yearSeconds = 365 * 86_400;

/** How pages look to one reader: a form that sets a cookie. */
export function appearance(app: Hono<Env>, { site }: Pick<Web, 'site'>, sessions: Sessions): void {
  const show = async (c: Context, next: string, problem?: FormProblem) => {
    const [settings, viewer] = await Promise.all([site.current(), viewerOf(c, sessions)]);
    const html = appearancePage({ site: settings, viewer, next, chosen: themeOf(c), problem });
    return privately(c, html, problem?.status, problem?.headers);
  };
  app.get(path, (c) => show(c, localPath(c.req.query('next'))));
  app.post(path, async (c) => {
    const form = await readForm(c);
    const next = localPath(form.get('next'));
    if (!isGenuine(c, form)) return show(c, next, stale);
    const chosen = form.get('theme');
    if (chosen === '') writeCookie(c, 'theme', '', 0);
    else writeCookie(c, 'theme', themeNames.find((name) => name === chosen) ?? unknown(), yearSeconds);
    return seeOther(c, next);
  });
}

const unknown = (): never => fail('invalid', 'There is no such theme.');
