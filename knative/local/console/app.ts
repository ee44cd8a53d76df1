import type { RequestListener } from 'node:http';
import { guardLoopback } from '@dormouse/http/loopback-guard';
import { getRequestListener, RequestError } from '@hono/node-server';
import { Hono } from 'hono';
import { apiRoutes } from './api.ts';
import { formRoutes } from './forms.ts';
import { logFailure } from './log-failure.ts';
import { noPage, pageRoutes, showPage } from './pages.ts';
import { problem } from './problem.ts';
import type { ConsoleSources } from './sources.ts';

const securityHeaders = new Headers({
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  // With "no-referrer", browsers would send the forms with "Origin: null".
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
});

/**
 * What the console's server hands its requests to. It answers to names of this machine and to its own pages only; a link
 * of another site may open a page.
 */
export function consoleListener(sources: ConsoleSources): RequestListener {
  const app = new Hono({ strict: false });
  app.route('/', apiRoutes(sources));
  app.route('/', formRoutes(sources));
  app.route('/', pageRoutes(sources));
  app.notFound((c) => {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD')
      return problem(405, 'the console is read-only here', { allow: 'GET, HEAD' });
    const { pathname } = new URL(c.req.url);
    return pathname.startsWith('/api/')
      ? problem(404, `there is nothing at ${pathname}`)
      : showPage(c, noPage(pathname), sources);
  });

  const failed = (error: unknown) => {
    if (error instanceof RequestError) return problem(400, 'the path is malformed');
    logFailure(sources.telemetry, error);
    return problem(500, 'the console failed; its log says why');
  };
  app.onError(failed);

  const toApp = getRequestListener(app.fetch, { errorHandler: failed });
  const guarded = guardLoopback(toApp, { isPage });
  return (request, response) => {
    response.setHeaders(securityHeaders);
    return guarded(request, response);
  };
}

const isPage = (path: string) => path !== '/metrics' && path !== '/ready' && !/^\/(?:api|-)\//.test(path);
