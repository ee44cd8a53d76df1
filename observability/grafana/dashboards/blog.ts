import { series } from '../../series.ts';
import type { Described } from '../dashboard.ts';
import { graph, number, total } from '../panels.ts';
import { count, rate } from '../promql.ts';

const pages = 'service_name="web",http_request_method="GET",http_response_status_code=~"2..|304"';

export const blog: Described = {
  uid: 'blog',
  title: 'Blog',
  description: 'What people do: write, read, sign up, come back.',
  rows: [
    {
      title: 'In this range',
      panels: [
        total('Posts created', count(series.postsCreated, [])),
        total('Posts published', count(series.postsPublished, [])),
        total('Accounts created', count(series.accountsCreated, [])),
        number('Authors active within 30 days', 'locale', `max(last_over_time(${series.activeAuthors}[30d]))`),
        total('Logins', count(series.logins, [], 'dormouse_login_outcome="success"')),
        total('Pages read', count(`${series.requestDuration}_count`, [], pages)),
      ],
    },
    {
      title: 'Over time',
      panels: [
        graph('Posts created', 'cps', [
          { expr: rate(series.postsCreated, ['dormouse_post_status']), legend: '{{dormouse_post_status}}' },
        ]),
        graph('Posts published', 'cps', [{ expr: rate(series.postsPublished, []), legend: 'published' }]),
        graph('Pictures uploaded', 'cps', [{ expr: rate(series.picturesUploaded, []), legend: 'uploaded' }]),
        graph('Pictures collected', 'cps', [
          {
            expr: rate(series.picturesCollected, ['dormouse_picture_remains']),
            legend: '{{dormouse_picture_remains}}',
          },
        ]),
        graph('Pictures made, and refused', 'cps', [
          { expr: rate(series.picturesMade, ['dormouse_picture_state']), legend: '{{dormouse_picture_state}}' },
        ]),
        graph('Searches', 'cps', [
          { expr: rate(series.searches, ['dormouse_search_outcome']), legend: '{{dormouse_search_outcome}}' },
        ]),
        graph('Comments written', 'cps', [
          { expr: rate(series.commentsWritten, ['dormouse_comment_status']), legend: '{{dormouse_comment_status}}' },
        ]),
        graph('Comments decided', 'cps', [
          { expr: rate(series.commentsDecided, ['dormouse_comment_status']), legend: '{{dormouse_comment_status}}' },
        ]),
        graph('Mail attempts', 'cps', [
          { expr: rate(series.mailAttempts, ['dormouse_mail_outcome']), legend: '{{dormouse_mail_outcome}}' },
        ]),
        graph('Webhook attempts', 'cps', [
          { expr: rate(series.webhookAttempts, ['dormouse_webhook_outcome']), legend: '{{dormouse_webhook_outcome}}' },
        ]),
        graph('Accounts created', 'cps', [{ expr: rate(series.accountsCreated, []), legend: 'accounts' }]),
        graph('Logins by outcome', 'cps', [
          { expr: rate(series.logins, ['dormouse_login_outcome']), legend: '{{dormouse_login_outcome}}' },
        ]),
        graph('Refused by a limit', 'cps', [
          { expr: rate(series.rateLimitRefusals, ['dormouse_limit_name']), legend: '{{dormouse_limit_name}}' },
        ]),
        graph('Pages', 'reqps', [
          { expr: rate(`${series.requestDuration}_count`, ['http_route'], pages), legend: '{{http_route}}' },
        ]),
      ],
    },
  ],
};
