import { html } from 'hono/html';
import { heading, type Markup, nothing, type Page } from './layout.ts';
import type { OperationResponse } from './operations.ts';

/** An error page with the reason. */
export function failurePage(title: string, { status, message }: { status: number; message: string }): Page {
  const back = html`<a href="/dead-letters">Dead letters</a> · <a href="/replay">Replay</a>`;
  return { name: 'dead-letters', title, status, content: html`${heading(title)}${nothing(message, back)}` };
}

/** Shown by the operators' pages while their API is not available. */
export function missing(
  name: 'dead-letters' | 'missing' | 'replay',
  title: string,
  { status, problem }: Extract<OperationResponse<unknown>, { problem: string }>,
): Page {
  const content: Markup =
    status === 404
      ? nothing(
          'No function here keeps events and dead letters.',
          html`Deploy the one that does, and name its API in platform.yaml. What the broker itself could not deliver is listed under <a href="/undeliverable">Undeliverable</a>.`,
        )
      : nothing(
          problem,
          html`The function that keeps dead letters did not answer as it should: its <a href="/logs">log</a> may say why.`,
        );
  return { name, title, status: status === 404 ? 200 : 502, content: html`${heading(title)}${content}` };
}
