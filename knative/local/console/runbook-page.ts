import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { html } from 'hono/html';
import { heading, nothing, type Page } from './layout.ts';
import type { ConsoleSources } from './sources.ts';

/** Page of an alert's runbook, as it is written. */
export async function runbookPage(name: string, { runbooks, alerting }: ConsoleSources): Promise<Page> {
  const rules = alerting?.()?.rules.groups.flatMap((group) => group.rules) ?? [];
  const isAlert = rules.some(({ rule }) => rule.kind === 'alerting' && rule.name === name);
  const text =
    runbooks && isAlert ? await readFile(join(runbooks, `${name}.md`), 'utf8').catch(() => undefined) : undefined;
  if (text === undefined)
    return {
      ...{ name: 'alerts', title: 'No runbook', status: 404 },
      content: html`${heading('No runbook')}${nothing(`There is no runbook of ${name}.`)}`,
    };
  return {
    ...{ name: 'alerts', title: name },
    content: html`${heading(name, html`<a href="/alerts">Alerts</a>`)}<pre class="runbook">${text}</pre>`,
  };
}
