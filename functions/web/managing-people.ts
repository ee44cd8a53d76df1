import type { Env } from '@dormouse/runtime/app';
import type { Role } from '@dormouse/runtime/caller';
import { fail } from '@dormouse/runtime/errors';
import { originOf } from '@dormouse/runtime/origin';
import type { Context, Hono } from 'hono';
import { asWriter } from './as-writer.ts';
import type { Web } from './dependencies.ts';
import type { Form } from './form.ts';
import type { PersonChange } from './people.ts';
import { type InvitationForm, type PeoplePage, peoplePage } from './people-page.ts';
import type { Session, Sessions } from './session.ts';
import { privately, seeOther, viewer } from './viewer.ts';
import { type Act, onWritersForm } from './writers-form.ts';

const path = '/blog/people';
const blank: InvitationForm = { role: 'author', name: '', email: '', days: '7' };

/** The page of people: inviting, for editors and administrators; roles and access, for administrators. auth decides who is one. */
export function managingPeople(app: Hono<Env>, { displayNames, people, site }: Web, sessions: Sessions): void {
  const show = async (c: Context, session: Session, more: Partial<PeoplePage> = {}) => {
    const [current, invitations, list] = await Promise.all([
      site.current(),
      people.invitations(session.token),
      session.role === 'admin' ? people.list(c.req.query('after') || undefined, session.token) : undefined,
    ]);
    const names = await displayNames.of(invitations.invitations.map(({ invited_by }) => invited_by));
    const page = { site: current, viewer: viewer(c, session), invitations, names, list, form: blank, ...more };
    return privately(c, peoplePage(page), more.problem?.status, more.problem?.headers);
  };

  const asInviter = (c: Context, handle: (session: Session) => Promise<Response>) =>
    asWriter(c, sessions, (session) =>
      session.role === 'admin' || session.role === 'editor'
        ? handle(session)
        : fail('forbidden', 'Only editors and administrators invite people.'),
    );

  /** Does what a form asks; what auth refuses is said on the page, with what was typed. */
  const onForm = (c: Context, act: Act) =>
    onWritersForm(c, asInviter, (session, problem, form) => show(c, session, { form: typedIn(form), problem }), act);

  app.get(path, (c) =>
    asInviter(c, (session) => show(c, session, { notice: notices.find((name) => c.req.query(name) !== undefined) })),
  );

  app.post('/blog/people/invitations', (c) =>
    onForm(c, async (form, session) => {
      const { role, name, email, days } = typedIn(form);
      const input = { role: role as Role, days: Number(days), ...(name && { name }), ...(email && { email }) };
      const { code } = await people.invite(input, session.token);
      // No redirect: the code can be shown in this response alone.
      return show(c, session, { link: `${originOf(c)}/blog/join?code=${encodeURIComponent(code)}` });
    }),
  );

  app.post('/blog/people/invitations/:id/revoke', (c) =>
    onForm(c, async (_, session) => {
      await people.revoke(Number(c.req.param('id')), session.token);
      return seeOther(c, `${path}?revoked`);
    }),
  );

  app.post('/blog/people/accounts/:name', (c) =>
    onForm(c, async (form, session) => {
      await people.change(c.req.param('name'), changeOf(form), session.token);
      return seeOther(c, `${path}?changed`);
    }),
  );
}

const notices = ['changed', 'revoked'] as const;

const typedIn = (form: Form): InvitationForm => ({
  role: form.get('role') || blank.role,
  name: form.get('name').trim(),
  email: form.get('email').trim(),
  days: form.get('days') || blank.days,
});

const changeOf = (form: Form): PersonChange =>
  form.get('action') === 'role' ? { role: form.get('role') as Role } : { suspended: form.get('action') === 'suspend' };
