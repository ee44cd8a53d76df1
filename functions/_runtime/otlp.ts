import { scrub } from '@dormouse/signals/scrub';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Config } from './config.ts';
import type { FinishedSpan } from './light-span.ts';

type Resource = ReturnType<typeof resourceFromAttributes>;

/** Who sends telemetry (semantic conventions of resources). OTEL_RESOURCE_ATTRIBUTES has the last word. */
export const resourceOf = (config: Config): Resource =>
  resourceFromAttributes({
    'service.instance.id': config.instance,
    'faas.instance': config.instance,
    'k8s.pod.name': config.pod ?? config.instance,
    'knative.revision': config.revision,
    ...attributesOf(config),
  });

/** Of what describes the system: whichever instance looked at it does not matter. */
export const systemResourceOf = (config: Config): Resource => {
  const { 'service.instance.id': _, ...attributes } = attributesOf(config);
  return resourceFromAttributes(attributes);
};

const attributesOf = (config: Config): Record<string, string> => ({
  'service.namespace': 'dormouse',
  'service.version': config.version,
  'deployment.environment.name': config.environment,
  'faas.name': config.service,
  ...config.telemetry.resource,
  'service.name': config.telemetry.serviceName,
});

/** Spans as OpenTelemetry's serializers take them; what they tell of errors and addresses is scrubbed. */
export const readableSpans = (resource: Resource, spans: readonly FinishedSpan[]): ReadableSpan[] =>
  spans.map((span) => readable(span, resource));

function readable(span: FinishedSpan, resource: Resource): ReadableSpan {
  const context = span.spanContext();
  const { parentSpanContext: parent, status } = span;
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => context,
    ...(parent && { parentSpanContext: parent }),
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    status: status.message === undefined ? status : { ...status, message: scrub(status.message) },
    attributes: scrubbedAttributes(span.attributes),
    links: span.links,
    events: span.events.map(scrubbed),
    ended: true,
    resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}

type Event = FinishedSpan['events'][number];

/** An event's texts: an error of PostgreSQL quotes values. */
const scrubbed = (event: Event): Event =>
  event.attributes ? { ...event, attributes: scrubbedAttributes(event.attributes) } : event;

/** The text of a statement has no values. */
const scrubbedAttributes = <A extends FinishedSpan['attributes']>(attributes: A): A =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === 'string' && name !== 'db.query.text' ? scrub(value) : value,
    ]),
  ) as A;
