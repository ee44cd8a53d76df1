import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { option } from '../../parameters.ts';

/** `dormouse secrets`, also `dormouse secrets print` */
export const print = buildCommand({
  docs: {
    brief: 'Prints new Secrets for a cluster, as JSON',
    fullDescription: [
      'Prints new Secrets for a cluster that has no other source of them, as JSON. "create" keeps those that exist:',
      '',
      '  dormouse secrets | kubectl create -f -',
    ].join('\n'),
  },
  parameters: { flags: { namespace: option('NAME', 'Their namespace (default: dormouse)') } },
  async loader() {
    const { clusterSecrets } = await import('@dormouse/checks/secrets');
    return async function printSecrets(this: Context, { namespace = 'dormouse' }: { namespace?: string }) {
      const items = await clusterSecrets(namespace);
      this.terminal.print(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2));
    };
  },
});
