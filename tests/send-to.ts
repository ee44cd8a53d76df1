import type { Send } from '@dormouse/runtime/api-client';

/** Sends requests of a typed client to the API at `url`, once each. A body that is text is sent as it is, be it JSON or not. */
export const sendTo =
  (url: string): Send =>
  async (method, target, { json, headers = {} }) => {
    const response = await fetch(url + target, {
      method,
      redirect: 'manual',
      headers: { ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(json !== undefined && { body: typeof json === 'string' ? json : JSON.stringify(json) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
