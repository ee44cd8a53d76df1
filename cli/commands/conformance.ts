import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { flag } from '../parameters.ts';
import { UsageError } from '../usage-error.ts';

/** `dormouse conformance` */
export const conformance = buildCommand({
  docs: {
    brief: 'Checks a broker clause by clause',
    fullDescription: [
      'Checks a broker clause by clause: that of this project, or the one that BROKER_URL names.',
      'docs/how-to/run-conformance.md explains it.',
    ].join('\n'),
  },
  parameters: {
    flags: { write: flag("Rewrite docs/reference/conformance.md with what was found of this project's broker") },
  },
  async loader() {
    const { runConformance } = await import('@dormouse/tests/conformance/run-conformance');
    return async function check(this: Context, { write = false }: { write?: boolean }) {
      const brokerUrl = this.env.BROKER_URL;
      if (write && brokerUrl) throw new UsageError('the page describes the local broker: --write excludes BROKER_URL');
      this.exitWith(await runConformance({ write, brokerUrl }));
    };
  },
});
