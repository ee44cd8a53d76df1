import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { ProtobufMetricsSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exported } from './otlp-export.fixture.ts';
import { type Format, json, type Signal } from './otlp-format.ts';
import { type Reject, readLogs, readSpans } from './otlp-json.ts';
import { readMetrics } from './otlp-metrics.ts';
import { protobuf } from './otlp-protobuf.ts';

const readers = { traces: readSpans, logs: readLogs, metrics: readMetrics };
const signals = Object.keys(readers) as Signal[];

/** What is kept of a request, and what is rejected. */
const kept = (signal: Signal, format: Format, body: Buffer) => {
  const rejected: Parameters<Reject>[] = [];
  const reject: Reject = (...each) => void rejected.push(each);
  return { kept: [...readers[signal](format.read(signal, body), { reject })], rejected };
};

type Write = (writer: BinaryWriter) => BinaryWriter;
const field =
  (number: number, write: Write): Write =>
  (writer) =>
    write(writer.tag(number, WireType.LengthDelimited).fork()).join();
const all =
  (...parts: Write[]): Write =>
  (writer) =>
    parts.reduce((to, part) => part(to), writer);
const read = (signal: Signal, write: Write) => protobuf.read(signal, Buffer.from(write(new BinaryWriter()).finish()));
const text =
  (number: number, value: string): Write =>
  (writer) =>
    writer.tag(number, WireType.LengthDelimited).string(value);
const bytes =
  (number: number, hex: string): Write =>
  (writer) =>
    writer.tag(number, WireType.LengthDelimited).bytes(Buffer.from(hex, 'hex'));
const fixed =
  (number: number, value: bigint): Write =>
  (writer) =>
    writer.tag(number, WireType.Bit64).fixed64(value);
const double =
  (number: number, value: number): Write =>
  (writer) =>
    writer.tag(number, WireType.Bit64).double(value);

describe('OTLP in protobuf', () => {
  test.each(signals)('%s: an export is kept as the same export in JSON is', (signal) => {
    fc.assert(
      fc.property(exported[signal], (each) => {
        expect(kept(signal, protobuf, each.protobuf)).toEqual(kept(signal, json, each.json));
      }),
      { numRuns: 100 },
    );
  });

  test.each(signals)('%s: bytes that were flipped or cut are read, or rejected by an error', (signal) => {
    const damage = fc.record({
      at: fc.array(fc.nat(), { maxLength: 5 }),
      by: fc.integer({ min: 1, max: 255 }),
      cut: fc.nat(),
    });
    let rejectedCount = 0;
    fc.assert(
      fc.property(exported[signal], damage, (each, { at, by, cut }) => {
        const body = Buffer.from(each.protobuf);
        for (const position of body.length > 0 ? at : []) body[position % body.length]! ^= by;
        try {
          kept(signal, protobuf, body.subarray(0, body.length - (cut % 3 === 0 ? cut % (body.length + 1) : 0)));
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          rejectedCount++;
        }
      }),
      { numRuns: 150 },
    );
    expect(rejectedCount).toBeGreaterThan(0);
  });

  const histogramPoint = (...parts: Write[]) =>
    field(1, field(2, field(2, all(text(1, 'took'), field(9, field(1, all(...parts)))))));
  const pointOf = (message: unknown) =>
    (message as { resourceMetrics: { scopeMetrics: { metrics: { histogram: { dataPoints: object[] } }[] }[] }[] })
      .resourceMetrics[0]?.scopeMetrics[0]?.metrics[0]?.histogram.dataPoints[0];

  test('exemplars have hexadecimal ids, 64 bits are text, and infinity has a name', () => {
    const exemplar = all(
      fixed(2, 1_700_000_000_000_000_001n),
      double(3, 0.25),
      bytes(4, 'ab'.repeat(8)),
      bytes(5, 'cd'.repeat(16)),
    );
    const message = read(
      'metrics',
      histogramPoint(fixed(4, 2n ** 64n - 1n), double(5, Number.POSITIVE_INFINITY), field(8, exemplar)),
    );
    expect(pointOf(message)).toEqual({
      count: '18446744073709551615',
      sum: 'Infinity',
      exemplars: [
        { timeUnixNano: '1700000000000000001', asDouble: 0.25, spanId: 'ab'.repeat(8), traceId: 'cd'.repeat(16) },
      ],
    });
  });

  test('lists may be packed or not, and fields that nobody knows are passed over', () => {
    const packed = field(6, (writer) => writer.fixed64(1).fixed64(2));
    const message = read(
      'metrics',
      histogramPoint(packed, text(99, 'new'), double(7, 0.5), fixed(6, 3n), double(7, 1.5)),
    );
    expect(pointOf(message)).toEqual({ bucketCounts: ['1', '2', '3'], explicitBounds: [0.5, 1.5] });
  });

  test('a message that comes in two parts is one', () => {
    const resource = (name: string) => field(1, field(1, text(1, name)));
    expect(read('traces', field(1, all(resource('a'), text(3, 'x'), resource('b'))))).toEqual({
      resourceSpans: [{ resource: { attributes: [{ key: 'a' }, { key: 'b' }] }, schemaUrl: 'x' }],
    });
  });

  test('neither many empty messages nor deep ones take memory or the stack', () => {
    const empty = Buffer.alloc(1_000_000, Buffer.from([0x12, 0]));
    expect(() =>
      read(
        'traces',
        field(
          1,
          field(2, (writer) => writer.raw(empty)),
        ),
      ),
    ).toThrow('more than 400000 parts');
    let nested: Write = text(1, 'x');
    for (let n = 0; n < 200; n++) nested = field(5, field(1, nested));
    expect(() => read('logs', field(1, field(2, field(2, field(5, nested)))))).toThrow('too deeply');
  });

  test('answers are what OpenTelemetry’s exporters read', () => {
    const response = (rejected?: { count: number; message: string }) =>
      Buffer.from(protobuf.accepted('metrics', rejected));
    expect(response()).toHaveLength(0);
    expect(ProtobufTraceSerializer.deserializeResponse(response({ count: 3, message: 'why' }))).toEqual({
      partialSuccess: { rejectedSpans: 3, errorMessage: 'why' },
    });
    expect(ProtobufMetricsSerializer.deserializeResponse(response({ count: 3, message: 'why' }))).toEqual({
      partialSuccess: { rejectedDataPoints: 3, errorMessage: 'why' },
    });
  });
});
