import { allowedMethods, type Env } from '@dormouse/runtime/app';
import { AppError, problem, toAppError } from '@dormouse/runtime/errors';
import { header } from '@dormouse/runtime/request';
import { currentTrace, noteFailure } from '@dormouse/runtime/trace';
import type { Context, Hono } from 'hono';
import type { Web } from './dependencies.ts';
import { errorPage } from './error-page.ts';
import { privateHeaders, safeHeaders } from './headers.ts';
import type { Viewer } from './layout.ts';
import { movedTo } from './moved.ts';
import { movedFrom } from './redirects.ts';
import type { Sessions } from './session.ts';
import { mayBeSignedIn, privately, viewerOf } from './viewer.ts';

/** Errors as HTML pages for browsers and problem+json (RFC 9457) for programs; 301 where a page of before has moved. */
export function errorHandlers(
  app: Hono<Env>,
  { site, redirects }: Pick<Web, 'site' | 'redirects'>,
  sessions: Sessions,
): void {
  const respond = async (c: Context, error: AppError): Promise<Response> => {
    const mayHaveMoved = error.code === 'not_found' && isRead(c);
    const moved = mayHaveMoved ? await movedFrom(redirects, c.req.path + new URL(c.req.url).search) : undefined;
    if (moved !== undefined) return movedTo(c, moved);
    const trace = currentTrace()?.traceId ?? '';
    if (!isForPeople(c)) {
      const response = problem(error, trace);
      // The context's own response keeps a cookie that was renewed before the failure.
      for (const [name, value] of [...response.headers, ...Object.entries(safeHeaders)]) c.header(name, value);
      return c.body(await response.text(), response.status as 400);
    }
    const viewer: Viewer | undefined = mayBeSignedIn(c)
      ? await viewerOf(c, sessions).catch(() => undefined)
      : undefined;
    const html = errorPage({ site: await site.current(), error, traceId: trace, path: c.req.path, viewer });
    // The browser asks again by itself for what may be there soon. A form is not sent again.
    const again =
      error.status === 503 && c.req.method === 'GET' ? { refresh: error.headers?.['retry-after'] ?? '3' } : {};
    return privately(c, html, error.status, { ...error.headers, ...again, ...privateHeaders });
  };
  app.onError((error, c) => {
    noteFailure(error);
    return respond(c, toAppError(error));
  });
  app.notFound((c) => {
    const { pathname, search } = new URL(c.req.url);
    const bare = withoutFinalSlash(pathname);
    if (bare !== pathname && isRead(c) && allowedMethods(app, withoutFinalSlash(c.req.path)).includes('GET'))
      return movedTo(c, bare + search);
    const allowed = allowedMethods(app, c.req.path).join(', ');
    const unknown = () => new AppError('not_found', 'There is nothing at this address.');
    return respond(
      c,
      allowed
        ? new AppError('method_not_allowed', `This address answers ${allowed}.`, { headers: { allow: allowed } })
        : unknown(),
    );
  });
}

/** People and other programs end addresses with a slash; here only the blog's own has one. */
function withoutFinalSlash(path: string): string {
  let end = path.length;
  while (end > 1 && path[end - 1] === '/') end--;
  return path.slice(0, end);
}

const isRead = ({ req: { method } }: Context): boolean => method === 'GET' || method === 'HEAD';

function isForPeople(c: Context): boolean {
  if (c.req.method === 'PUT' || c.req.path === '/events' || c.req.path.startsWith('/.well-known/')) return false;
  const accept = header(c, 'accept') ?? '*/*';
  return accept.includes('text/html') || !accept.includes('json');
}
