import { html, raw } from 'hono/html';

/** Markup whose values were escaped. */
export type Html = ReturnType<typeof raw>;

/** Markup with its values escaped. Nothing that we put into a page is a promise, so that the result never is one. */
export const markup = html as (strings: TemplateStringsArray, ...values: unknown[]) => Html;

/** Markup that is safe as it stands: only what was sanitised may pass here. */
export const trusted = raw;

/** Nothing; for branches. */
export const none: Html = raw('');
