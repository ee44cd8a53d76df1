/** A channel of a Broker, as far as it says whom it delivers to. */
export interface Channel {
  metadata: { name: string; resourceVersion: string };
  spec: { subscribers?: readonly { subscriberUri?: string }[] };
}

/**
 * Subscribers of a channel that deliver to one of these Triggers, whatever its uid. Where Triggers are deleted at the same time,
 * Knative may leave the one or other for good: each event is then a dead letter that names nobody.
 */
export const orphansOf = ({ spec }: Channel, namespace: string, triggers: readonly string[]): number[] =>
  (spec.subscribers ?? []).flatMap(({ subscriberUri = '' }, index) =>
    triggers.some((name) => subscriberUri.includes(`/triggers/${namespace}/${name}/`)) ? index : [],
  );
