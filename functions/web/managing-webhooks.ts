import type { Env } from '@dormouse/runtime/app';
import { fail } from '@dormouse/runtime/errors';
import type { Context, Hono } from 'hono';
import { asWriter } from './as-writer.ts';
import type { Web } from './dependencies.ts';
import type { Form } from './form.ts';
import type { Session, Sessions } from './session.ts';
import { privately, seeOther, viewer } from './viewer.ts';
import {
  typeOf,
  types,
  type WebhookForm,
  type WebhookPage,
  type WebhooksPage,
  webhookPage,
  webhooksPage,
} from './webhooks-page.ts';
import { type Act, onWritersForm } from './writers-form.ts';

const path = '/blog/webhooks';
const blank: WebhookForm = { url: '', events: [typeOf('published')] };
const notices = ['changed', 'removed', 'tested', 'resent'] as const;

/** The pages of webhooks, for operators and administrators; the function webhooks decides who is one. */
export function managingWebhooks(app: Hono<Env>, { webhooks, site }: Web, sessions: Sessions): void {
  const noticeOf = (c: Context) => notices.find((name) => c.req.query(name) !== undefined);

  const showAll = async (c: Context, session: Session, more: Partial<WebhooksPage> = {}) => {
    const [current, all] = await Promise.all([site.current(), webhooks.list(session.token)]);
    const page = { site: current, viewer: viewer(c, session), webhooks: all, form: blank, ...more };
    return privately(c, webhooksPage(page), more.problem?.status, more.problem?.headers);
  };

  const showOne = async (c: Context, session: Session, more: Partial<WebhookPage> = {}) => {
    const id = idOf(c);
    const [current, webhook, sent] = await Promise.all([
      site.current(),
      webhooks.get(id, session.token),
      webhooks.deliveries(id, c.req.query('after') || undefined, session.token),
    ]);
    const page = { site: current, viewer: viewer(c, session), webhook, sent, ...more };
    return privately(c, webhookPage(page), more.problem?.status, more.problem?.headers);
  };

  const asOperator = (c: Context, handle: (session: Session) => Promise<Response>) =>
    asWriter(c, sessions, (session) =>
      session.role === 'admin' || session.role === 'operator'
        ? handle(session)
        : fail('forbidden', 'Only operators and administrators see and change webhooks.'),
    );

  /** Does what a form asks; what is refused is said on the page, with what was typed. */
  const onForm = (c: Context, show: typeof showAll | typeof showOne, act: Act) =>
    onWritersForm(c, asOperator, (session, problem, form) => show(c, session, { form: typedIn(form), problem }), act);

  /** What each button does. Where a secret is made there is no redirect: it can be shown in this response alone. */
  const actions: Record<string, (c: Context, form: Form, session: Session) => Promise<Response>> = {
    async change(c, form, { token }) {
      await webhooks.change(idOf(c), { events: typedIn(form).events as ReturnType<typeof typeOf>[] }, token);
      return seeOther(c, `${path}/${idOf(c)}?changed`);
    },
    async rotate(c, _, session) {
      return showOne(c, session, { secret: await webhooks.rotate(idOf(c), session.token) });
    },
    async test(c, _, { token }) {
      await webhooks.test(idOf(c), token);
      return seeOther(c, `${path}/${idOf(c)}?tested`);
    },
    async enable(c, _, { token }) {
      await webhooks.change(idOf(c), { enabled: true }, token);
      return seeOther(c, `${path}/${idOf(c)}?changed`);
    },
    async disable(c, _, { token }) {
      await webhooks.change(idOf(c), { enabled: false }, token);
      return seeOther(c, `${path}/${idOf(c)}?changed`);
    },
    async remove(c, _, { token }) {
      await webhooks.remove(idOf(c), token);
      return seeOther(c, `${path}?removed`);
    },
  };

  app.get(path, (c) => asOperator(c, (session) => showAll(c, session, { notice: noticeOf(c) })));
  app.get(`${path}/:id`, (c) => asOperator(c, (session) => showOne(c, session, { notice: noticeOf(c) })));

  app.post(path, (c) =>
    onForm(c, showAll, async (form, session) => {
      const { url, events } = typedIn(form);
      const { secret } = await webhooks.create({ url, events: events as ReturnType<typeof typeOf>[] }, session.token);
      return showAll(c, session, { secret });
    }),
  );

  app.post(`${path}/:id`, (c) =>
    onForm(c, showOne, async (form, session) => {
      const name = form.get('action');
      const act = Object.hasOwn(actions, name) ? actions[name] : undefined;
      return act ? act(c, form, session) : fail('malformed', 'The form cannot be read.');
    }),
  );

  app.post(`${path}/:id/deliveries/:delivery`, (c) =>
    onForm(c, showOne, async (_, { token }) => {
      await webhooks.resend(idOf(c), c.req.param('delivery') as string, token);
      return seeOther(c, `${path}/${idOf(c)}?resent`);
    }),
  );
}

function idOf(c: Context): number {
  const id = c.req.param('id') ?? '';
  return /^[1-9]\d{0,14}$/.test(id) ? Number(id) : fail('not_found', 'There is no such webhook.');
}

const typedIn = (form: Form): WebhookForm => ({
  url: form.get('url').trim(),
  events: types.filter((verb) => form.has(`events-${verb}`)).map(typeOf),
});
