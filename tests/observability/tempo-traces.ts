import type { RunningTempo } from './tempo.ts';

/** A span as Tempo gives it; ids in hex. */
export interface StoredSpan {
  spanId: string;
  parentSpanId: string;
  name: string;
  service: string;
}

interface Batch {
  resource: { attributes: { key: string; value: { stringValue?: string } }[] };
  /** The name of Tempo 1. */
  instrumentationLibrarySpans?: Scope[];
  scopeSpans?: Scope[];
}

interface Scope {
  spans: { spanId: string; parentSpanId?: string; name: string }[];
}

const hex = (base64 = '') => Buffer.from(base64, 'base64').toString('hex');

/** The spans of a trace; none while Tempo does not know it. */
export async function storedSpans({ url }: RunningTempo, traceId: string): Promise<StoredSpan[]> {
  const response = await fetch(`${url}/api/traces/${traceId}`, { headers: { accept: 'application/json' } });
  if (response.status === 404) return [];
  if (!response.ok) throw new Error(await response.text());
  const { batches = [] } = (await response.json()) as { batches?: Batch[] };
  return batches.flatMap(({ resource, scopeSpans, instrumentationLibrarySpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return (scopeSpans ?? instrumentationLibrarySpans ?? []).flatMap(({ spans }) =>
      spans.map(({ spanId, parentSpanId, name }) => ({
        spanId: hex(spanId),
        parentSpanId: hex(parentSpanId),
        name,
        service,
      })),
    );
  });
}

/** Ids of traces in which these tags are found, newest first. */
export async function tracesWith({ url }: RunningTempo, tags: Readonly<Record<string, string>>): Promise<string[]> {
  const query = Object.entries(tags).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const response = await fetch(`${url}/api/search?${new URLSearchParams({ tags: query.join(' '), limit: '100' })}`);
  if (!response.ok) throw new Error(await response.text());
  const { traces = [] } = (await response.json()) as { traces?: { traceID: string }[] };
  return traces.map(({ traceID }) => traceID.padStart(32, '0'));
}
