import type { Context } from 'hono';
import { isExpired } from './as-writer.ts';
import { isGenuine } from './csrf.ts';
import { type Form, readForm } from './form.ts';
import { type FormProblem, formProblem, stale } from './form-problem.ts';
import type { Session } from './session.ts';

/** Answers for somebody who is logged in and may do this; others log in first, or are refused. */
type AsWho = (c: Context, handle: (session: Session) => Promise<Response>) => Promise<Response>;

/** What a form asks. */
export type Act = (form: Form, session: Session) => Promise<Response>;

/** Does what a form of somebody who is logged in asks; what is stale or refused is said on the page that `again` makes. */
export async function onWritersForm(
  c: Context,
  asWho: AsWho,
  again: (session: Session, problem: FormProblem, form: Form) => Promise<Response>,
  act: Act,
): Promise<Response> {
  const form = await readForm(c);
  return asWho(c, async (session) => {
    if (!isGenuine(c, form)) return again(session, stale, form);
    try {
      return await act(form, session);
    } catch (error) {
      if (isExpired(error)) throw error;
      return again(session, formProblem(error), form);
    }
  });
}
