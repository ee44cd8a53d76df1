import { createHash } from 'node:crypto';
import type { ProblemError } from '@dormouse/http/problem-error';
import type { ClientRequest } from '../proxy/client-request.ts';

/** Statuses of what passes by itself: a function that cannot be reached, is not there yet, or took too long. */
const passing = new Set([502, 503, 504]);

/** Whether somebody waits for a page in a browser, which may as well ask again. */
export const wantsRetryPage = (request: Pick<ClientRequest, 'method' | 'field'>, { status }: ProblemError): boolean =>
  passing.has(status) &&
  (request.method === 'GET' || request.method === 'HEAD') &&
  /\btext\/html\b/i.test(request.field('accept') ?? '');

/** Seconds until the browser asks again, for the header Refresh: within the page it would break WCAG 2.2.1. */
export const retrySeconds = ({ retryAfter }: ProblemError): number => Math.max(2, retryAfter ?? 2);

/** The blog's own style sheet is a function's, which may be what does not answer. */
const style = `body{max-width:34rem;margin:14vh auto 2rem;padding:0 1.25rem;background:#fcfaf6;color:#211c16;font:1.0625rem/1.6 system-ui,"Noto Sans",sans-serif}
h1{margin:0 0 .75rem;font:700 2.25rem/1.2 Charter,Cambria,Georgia,"Noto Serif",serif}
:lang(ko){word-break:keep-all}
a{color:#8f4a1b}
small{color:#6a6056;overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){body{background:#15120f;color:#ebe4d9}a{color:#e6a56c}small{color:#a99e90}}`;

/** Content-Security-Policy of the page: its own style, and nothing else. */
export const retryPolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const english = {
  language: 'en',
  title: 'Waking up',
  text: 'This blog is not quite awake. This page tries again by itself in a moment; <a href="">try now</a>.',
  trace: 'Trace',
};
const korean: typeof english = {
  language: 'ko',
  title: '깨어나는 중입니다',
  text: '블로그가 아직 깨어나는 중입니다. 잠시 뒤에 자동으로 다시 시도합니다. <a href="">지금 다시 시도하기</a>',
  trace: '추적 번호',
};

/**
 * A page in the place of a problem document, in the language that the browser names first: what the blog's own is, only its
 * functions know. Nobody keeps this page.
 */
export function retryPage(
  { status, detail }: ProblemError,
  traceId: string,
  acceptLanguage: string | undefined,
): string {
  const words = /^\s*ko\b/i.test(acceptLanguage ?? '') ? korean : english;
  return `<!doctype html>
<html lang="${words.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${words.title}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${words.title}</h1>
<p>${words.text}</p>
<p><small><span lang="en">${status}: ${escapeHtml(detail)}</span> ${words.trace} <code>${traceId}</code></small></p>
</main>
</body>
</html>
`;
}

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
