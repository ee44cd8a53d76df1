import { buildRouteMap } from '@stricli/core';
import { admin } from './commands/admin/admin.ts';
import { alerts } from './commands/alerts.ts';
import { backup } from './commands/backup/backup.ts';
import { bench } from './commands/bench.ts';
import { chaos } from './commands/chaos.ts';
import { comments } from './commands/comments/comments.ts';
import { completion } from './commands/completion.ts';
import { conformance } from './commands/conformance.ts';
import { deploy } from './commands/deploy.ts';
import { diff } from './commands/diff.ts';
import { events } from './commands/events/events.ts';
import { exportCommand } from './commands/export.ts';
import { image } from './commands/image.ts';
import { importCommand } from './commands/import.ts';
import { joints } from './commands/joints.ts';
import { keys } from './commands/keys/keys.ts';
import { login } from './commands/login.ts';
import { logout } from './commands/logout.ts';
import { manifests } from './commands/manifests.ts';
import { media } from './commands/media/media.ts';
import { monitor } from './commands/monitor.ts';
import { newFunction } from './commands/new.ts';
import { posts } from './commands/posts/posts.ts';
import { promote } from './commands/promote.ts';
import { release } from './commands/release.ts';
import { render } from './commands/render.ts';
import { reset } from './commands/reset.ts';
import { restore } from './commands/restore.ts';
import { search } from './commands/search.ts';
import { secrets } from './commands/secrets/secrets.ts';
import { soak } from './commands/soak.ts';
import { start } from './commands/start.ts';
import { verify } from './commands/verify.ts';
import { verifyDeployment } from './commands/verify-deployment.ts';
import { webhooks } from './commands/webhooks/webhooks.ts';

/** All commands of `dormouse`: help, completion, the reference page and the parser follow from them. */
export const routes = buildRouteMap({
  docs: {
    brief: 'A blog platform of small functions, on this machine and on a cluster',
    fullDescription: [
      'Dormouse: a blog platform of small functions that scale to zero, on this machine and on a cluster.',
      '',
      '"dormouse COMMAND --help" shows the options of a command.',
    ].join('\n'),
  },
  routes: {
    start,
    monitor,
    login,
    logout,
    posts,
    search,
    comments,
    media,
    webhooks,
    import: importCommand,
    export: exportCommand,
    events,
    verify,
    'verify-deployment': verifyDeployment,
    admin,
    keys,
    backup,
    restore,
    reset,
    new: newFunction,
    joints,
    image,
    render,
    deploy,
    promote,
    release,
    secrets,
    manifests,
    diff,
    conformance,
    bench,
    chaos,
    soak,
    alerts,
    completion,
  },
});
