import { measure } from '@dormouse/runtime/measure';
import { inSpan, type SpanOptions } from '@dormouse/runtime/trace';
import { metrics } from '@dormouse/signals/metrics';
import type { Mail } from './compose.ts';
import type { Outcome } from './messages.ts';
import type { Transport } from './transport.ts';

/** Hands a mail over, in a span of its own, and counts what became of it. Neither says whose it is. */
export const handOver = (
  transport: Transport,
  mail: Mail,
  kind: string,
  within: Pick<SpanOptions, 'parent' | 'links'> = {},
): Promise<Outcome> =>
  inSpan(
    `mail ${kind}`,
    { kind: 'client', attributes: { 'dormouse.mail.kind': kind }, ...within },
    async (attributes) => {
      const outcome = await transport(mail);
      attributes['dormouse.mail.outcome'] = outcome.kind;
      measure(metrics.mailAttempts, 1, { 'dormouse.mail.outcome': outcome.kind });
      return outcome;
    },
  );
