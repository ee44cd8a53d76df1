/** A response with a problem document (RFC 9457). */
export const problem = (status: number, detail: string, headers?: Record<string, string>): Response =>
  Response.json(
    { type: 'about:blank', status, detail },
    { status, headers: { 'content-type': 'application/problem+json', ...headers } },
  );
