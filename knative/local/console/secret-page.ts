import { html } from 'hono/html';
import { formToken } from './form-guard.ts';
import { heading, type Page } from './layout.ts';

const own = new Set(['token', 'secret']);

/** Asks for the access token before a form changes something, and repeats what the form said. */
export function secretPage(action: string, form: URLSearchParams, file: string): Page {
  const isWrong = form.has('secret');
  const fields = [...form].filter(([name]) => !own.has(name));
  const title = 'Is it you?';
  const content = html`${heading(title)}
${isWrong && html`<p class="cause lead" role="alert">That is not the line in the file.</p>`}
<p>This changes something, so it needs the secret that only you can read: the line in <span class="code">${file}</span>.</p>
<form method="post" action="${action}" class="block sheet">${formToken()}${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<p><label for="secret">Secret</label> <input type="password" id="secret" name="secret" autocomplete="current-password" required autofocus></p>
<p class="actions"><button class="main">Go on</button> <a class="button" href="/dead-letters">Not now</a></p></form>`;
  return { name: 'dead-letters', title, status: isWrong ? 403 : 401, content };
}
