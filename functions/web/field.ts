import type { SaidProblem } from './form-problem.ts';
import { type Html, markup, none, trusted } from './html.ts';

export interface Field {
  name: string;
  label: string;
  value?: string;
  type?: 'text' | 'email' | 'password' | 'color' | 'number' | 'url' | 'datetime-local';
  hint?: string;
  autocomplete?: string;
  /** Id of a datalist. */
  list?: string;
  /** Rows of a text area; without them it is a line. */
  rows?: number;
  /** Where typing begins. */
  focus?: boolean;
  className?: string;
  /** It may be left empty. */
  optional?: boolean;
  /** Bounds of a number. */
  min?: number;
  max?: number;
  /** What can be chosen, by the value that is sent; a field with it is a list. */
  options?: Readonly<Record<string, string>>;
}

/** A labelled field with its hint, and what was wrong with it last time. */
export function field(field: Field, problem?: SaidProblem): Html {
  const { name, label, value = '', hint, rows, className = '' } = field;
  const error = problem?.errors[name];
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ');
  const state = markup`${described ? markup` aria-describedby="${described}"` : none}${error ? trusted(' aria-invalid="true"') : none}${field.focus ? trusted(' autofocus') : none}`;
  const needed = field.optional ? none : trusted(' required');
  const bounds = markup`${optional('min', field.min)}${optional('max', field.max)}`;
  const line = () =>
    markup`<input id="${name}" name="${name}" type="${field.type ?? 'text'}" value="${field.type === 'password' ? '' : value}"${needed} dir="auto"${bounds}${optional('autocomplete', field.autocomplete)}${optional('list', field.list)}${state}>`;
  // The parser drops a line end right after the tag: this one, not the author's.
  const area = () =>
    markup`<textarea id="${name}" name="${name}" rows="${rows}"${needed} dir="auto" spellcheck="true"${state}>\n${value}</textarea>`;
  const choice = (options: Readonly<Record<string, string>>) =>
    markup`<select id="${name}" name="${name}"${state}>${Object.entries(options).map(
      ([key, text]) => markup`<option value="${key}"${key === value ? trusted(' selected') : none}>${text}</option>`,
    )}</select>`;
  const control = field.options ? choice(field.options) : rows === undefined ? line() : area();
  return markup`<div class="field ${className}">
<label for="${name}">${label}</label>
${hint ? markup`<p class="hint" id="${name}-hint">${hint}</p>` : none}
${control}
${error ? markup`<p class="error" id="${name}-error">${sentence(label, error)}</p>` : none}
</div>`;
}

/** What stands above a form that came back. */
export const alert = (problem: SaidProblem | undefined): Html =>
  problem ? markup`<div class="alert" role="alert"><p>${problem.alert}</p></div>` : none;

export const hiddenField = (name: string, value: string): Html =>
  markup`<input type="hidden" name="${name}" value="${value}">`;

const optional = (name: string, value: string | number | undefined): Html =>
  value ? markup` ${trusted(name)}="${value}"` : none;

/** "must have at most 120 characters" → "Title must have at most 120 characters."; Korean messages are whole sentences. */
const sentence = (label: string, message: string): string =>
  /^[a-z]/.test(message) ? `${label} ${message}${/[.!?]$/.test(message) ? '' : '.'}` : message;
