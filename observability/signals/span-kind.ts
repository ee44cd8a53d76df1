export type SpanKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal';
