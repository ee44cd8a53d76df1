import { html, raw } from 'hono/html';

/** Markup whose values were escaped. */
export type Html = ReturnType<typeof raw>;

/** Markup with its values escaped. Nothing that we put into a page is a promise, so that the result never is one. */
export const markup = html as (strings: TemplateStringsArray, ...values: unknown[]) => Html;

/** Markup that is safe as it stands: only what was sanitised may pass here. */
export const trusted = raw;

/** Makes a link, or another element, of a text. */
export type Wrap = (text: string) => Html;

/** A link to `href`, for texts that have one in their middle. */
export const linkTo =
  (href: string): Wrap =>
  (text) =>
    markup`<a href="${href}">${text}</a>`;

/** Said to those who listen; others see it beside. */
export const hidden: Wrap = (text) => markup`<span class="hidden">${text}</span>`;

/** Nothing; for branches. */
export const none: Html = raw('');
