import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument, httpUrl, option } from '../../parameters.ts';
import type { BlogFlags } from '../../writing/blog-connection.ts';
import { blogFlags, commas } from '../blog-parameters.ts';

/** `dormouse webhooks add URL` */
export const add = buildCommand({
  docs: {
    brief: 'Has a program told of posts, and prints the secret that signs what it gets',
    fullDescription: [
      'Has a program told of posts, and prints the secret that signs what it gets (Standard Webhooks). It is shown this once.',
      '',
      '  dormouse webhooks add https://receiver.example/hook',
      '  dormouse webhooks add https://receiver.example/hook --events published,deleted',
      '',
      'Exit code 1: the address is not taken: it has to be public, with https.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      events: option(
        'LIST',
        'Of published, updated, unpublished, deleted (default: all of them), or whole types',
        commas,
      ),
      ...blogFlags,
    },
    positional: { kind: 'tuple', parameters: [argument('ADDRESS', 'Where to send to', httpUrl)] },
  },
  async loader() {
    const [{ addWebhook }, { connect }] = await Promise.all([
      import('../../writing/webhooks.ts'),
      import('../../writing/blog-connection.ts'),
    ]);
    return function run(this: Context, flags: BlogFlags & { events?: string[] }, address: string) {
      const { events, json = false } = flags;
      return addWebhook(connect(flags, this, { needsLogin: true }), { address, events, json }, this.terminal);
    };
  },
});
