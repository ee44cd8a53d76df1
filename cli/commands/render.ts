import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { overlayNames, serviceNames } from '../names.ts';
import { argument, flag, option } from '../parameters.ts';

interface Flags {
  overlay: string;
  all?: boolean;
  image?: string;
  output?: string;
}

/** `dormouse render FUNCTION` */
export const render = buildCommand({
  docs: {
    brief: 'Writes the Knative Service of one function, as an overlay has it',
    fullDescription: [
      'Writes the Knative Service of one function, as an overlay has it.',
      '',
      '  dormouse render posts --overlay lab > posts.yaml && kn service apply posts -n dormouse -f posts.yaml',
      '  dormouse render posts --overlay lab --all | kubectl apply -f -',
    ].join('\n'),
  },
  parameters: {
    flags: {
      overlay: {
        kind: 'parsed',
        parse: String,
        placeholder: 'NAME',
        brief: 'One of knative/overlays',
        proposeCompletions: overlayNames,
      },
      all: flag('Also its account, policies, settings, and what sends it events'),
      image: option('REF', "Instead of the overlay's image"),
      output: option('FILE', 'Instead of standard output'),
    },
    aliases: { o: 'output' },
    positional: {
      kind: 'tuple',
      parameters: [{ ...argument('FUNCTION', 'One of functions/'), proposeCompletions: serviceNames }],
    },
  },
  async loader() {
    const [{ renderFunction }, { hasProgram }] = await Promise.all([
      import('@dormouse/deploy/render'),
      import('@dormouse/serving/process/has-program'),
    ]);
    return async function renderService(this: Context, { overlay, all = false, image, output }: Flags, name: string) {
      const text = await renderFunction(name, { overlay, image, all });
      if (!hasProgram('kubectl'))
        this.terminal.screen.write(
          'dormouse render: kubectl is not on the PATH; rendered by the reader of the local platform\n',
        );
      if (output) {
        mkdirSync(dirname(output), { recursive: true });
        writeFileSync(output, text);
      } else this.process.stdout.write(text);
    };
  },
});
