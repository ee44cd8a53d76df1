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

/** A page in the place of a problem document. */
export const retryPage = ({ status, detail }: ProblemError, traceId: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Waking up</title>
</head>
<body>
<main>
<h1>Waking up</h1>
<p>This blog is not quite awake. This page tries again by itself in a moment; <a href="">try now</a>.</p>
<p><small>${status}: ${escapeHtml(detail)} Trace <code>${traceId}</code></small></p>
</main>
</body>
</html>
`;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
