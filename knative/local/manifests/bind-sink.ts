import { addressOf } from './address-of.ts';
import type { Container, SinkBinding } from './model.ts';

const set = ['K_SINK', 'K_CE_OVERRIDES'];

/**
 * A container that is told where to send: K_SINK is the sink's address, K_CE_OVERRIDES the overrides as JSON, or nothing; what
 * the container says of either itself is dropped (knative/eventing pkg/apis/sources/v1/sinkbinding_lifecycle.go, `Do`).
 */
export function bindSink(
  container: Container,
  { sink, extensions }: Pick<SinkBinding, 'sink' | 'extensions'>,
): Container {
  const values = boundVariables({ sink, extensions });
  return {
    ...container,
    env: [
      ...container.env.filter((source) => !('name' in source && set.includes(source.name))),
      ...Object.entries(values).map(([name, value]) => ({ kind: 'value' as const, name, value })),
    ],
  };
}

/** The variables that a SinkBinding sets. */
export const boundVariables = ({ sink, extensions }: Pick<SinkBinding, 'sink' | 'extensions'>) => ({
  K_SINK: addressOf(sink),
  K_CE_OVERRIDES: extensions ? JSON.stringify(Object.keys(extensions).length > 0 ? { extensions } : {}) : '',
});
