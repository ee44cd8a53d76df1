import { fontSheetPath } from './assets/addresses.ts';

/**
 * What our pages may do: show themselves with our style sheets and pictures, and send forms to us. Nothing is loaded from elsewhere, nothing is executed.
 * Without a script nothing connects either, but checkers of pages fetch robots.txt as if the page did.
 */
const pagePolicy =
  "default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** The editor's page executes our script, which asks us, and nobody else. */
export const editorPolicy = `${pagePolicy}; script-src 'self'`;

/** A page with this style sheet has fonts of ours, too. */
export const fontSheetLink = `<link rel="stylesheet" href="${fontSheetPath}">`;

/** The policy of a page that was made by `layout`. */
export const policyOf = (html: string, policy: string = pagePolicy): string =>
  html.includes(fontSheetLink) ? `${policy}; font-src 'self'` : policy;

/** On every answer of web. The referrer is kept on this site, but not left out: without it browsers send no Origin with forms. */
export const safeHeaders = {
  'content-security-policy': pagePolicy,
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/** Pages of somebody who is logged in, and pages with forms. */
export const privateHeaders = { ...safeHeaders, 'cache-control': 'private, no-store', vary: 'Cookie' } as const;

/** What never changes under its address. */
export const foreverHeaders = { ...safeHeaders, 'cache-control': 'public, max-age=31536000, immutable' } as const;
