import { readFileSync } from 'node:fs';
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { argument, flag, httpAddress, option } from '../parameters.ts';
import { UsageError } from '../usage-error.ts';

interface Flags {
  write?: boolean;
  token?: string;
  user?: string;
  passwordFile?: string;
  kubernetes?: string;
  namespace: string;
  json?: boolean;
}

/** `dormouse verify-deployment URL` */
export const verifyDeployment = buildCommand({
  docs: {
    brief: 'Asks a deployment, at any address, whether it works and shows nothing that it should not',
    fullDescription: [
      'Asks a deployment at any address, as a stranger: TLS, pages, API, feeds, caches, keys, log-in, and what must not be',
      'reachable. It reads, unless it is told to write: --write makes a post, waits until it is counted and listed, and',
      'deletes it. "dormouse verify" is another command: it compares the counts of categories with their posts.',
      '',
      'Exit code 1: a check failed.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      write: flag('Make a post, see it counted and listed, delete it; needs --token or --user'),
      token: option('TOKEN', 'Access token of an author'),
      user: option('NAME', 'An author who logs in, and out again'),
      passwordFile: option('FILE', 'File with the password of --user, or - for standard input'),
      kubernetes: option(
        'URL',
        'A Kubernetes API without credentials, as "kubectl proxy" makes one: also looks at the revisions',
        httpAddress,
      ),
      namespace: { kind: 'parsed', parse: String, placeholder: 'NAME', brief: 'Of the Services', default: 'dormouse' },
      json: flag('Print JSON for programs'),
    },
    positional: { kind: 'tuple', parameters: [argument('URL', 'https://blog.example', httpAddress)] },
  },
  async loader() {
    const [{ siteAt }, { verifyDeployment: verify }] = await Promise.all([
      import('../verify-deployment/site.ts'),
      import('../verify-deployment/verify-deployment.ts'),
    ]);
    return async function verifyAddress(
      this: Context,
      { write = false, json = false, token, user, passwordFile, kubernetes, namespace }: Flags,
      url: string,
    ) {
      if ((user === undefined) !== (passwordFile === undefined))
        throw new UsageError('--user and --password-file belong together');
      if (write && !token && !user) throw new UsageError('--write needs --token or --user');
      const account = user && { name: user, password: await passwordIn(passwordFile ?? '-', this) };
      const site = siteAt(url, {
        token,
        account: account || undefined,
        kubernetes: kubernetes ? { url: kubernetes, namespace } : undefined,
      });
      if (!(await verify(site, { json, writes: write }, this.terminal))) this.exitWith(1);
    };
  },
});

async function passwordIn(file: string, { terminal }: Context): Promise<string> {
  return (file === '-' ? await terminal.input() : readFileSync(file, 'utf8')).replace(/\r?\n$/, '');
}
