import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Format } from './otlp-format.ts';
import type { Json } from './otlp-json.ts';
import { type Field, type Message, requests } from './otlp-protobuf-fields.ts';

/** Maximum messages and list members of one request: each may take a byte or two on the wire, and takes about a hundred in memory. */
const maxParts = 400_000;
const maxDepth = 100;

interface Reading {
  reader: BinaryReader;
  /** Remaining messages and list members. */
  left: number;
}

/** OTLP's binary encoding. The result has the shape of OTLP's JSON; unknown fields are ignored. */
export const protobuf: Format = {
  contentType: 'application/x-protobuf',
  read: (signal, body) =>
    readMessage({ reader: new BinaryReader(body), left: maxParts }, requests[signal], body.length, 0, {}),
  accepted(_signal, rejected) {
    const response = new BinaryWriter();
    if (!rejected) return response.finish();
    response.tag(1, WireType.LengthDelimited).fork();
    response.tag(1, WireType.Varint).int64(rejected.count).tag(2, WireType.LengthDelimited).string(rejected.message);
    return response.join().finish();
  },
  failed: (message) => new BinaryWriter().tag(2, WireType.LengthDelimited).string(message).finish(),
};

function readMessage(reading: Reading, message: Message, end: number, depth: number, into: Json): Json {
  const { reader } = reading;
  if (depth > maxDepth) throw new RangeError('messages are nested too deeply');
  while (reader.pos < end) {
    const [number, wire] = reader.tag();
    const field = message[number];
    if (field?.nested && wire === field.wire) readNested(reading, field, depth, into);
    else if (field?.read && wire === field.wire) put(reading, field, field.read(reader), into);
    else if (field?.read && field.many && wire === WireType.LengthDelimited)
      readPacked(reading, field, field.read, into);
    else reader.skip(wire, number);
  }
  mustEndAt(reader, end);
  return into;
}

/** A repeated occurrence of a message is merged into the first (Protocol Buffers, "Last One Wins"). */
function readNested(reading: Reading, field: Field, depth: number, into: Json): void {
  const until = untilOf(reading.reader);
  const before = field.many ? undefined : (into[field.name] as Json | undefined);
  const nested = (field.nested as () => Message)();
  put(reading, field, readMessage(reading, nested, until, depth + 1, before ?? {}), into);
}

function readPacked(reading: Reading, field: Field, read: (reader: BinaryReader) => unknown, into: Json): void {
  const { reader } = reading;
  const until = untilOf(reader);
  while (reader.pos < until) put(reading, field, read(reader), into);
  mustEndAt(reader, until);
}

function put(reading: Reading, { name, many }: Field, value: unknown, into: Json): void {
  if (--reading.left < 0) throw new RangeError(`there are more than ${maxParts} parts`);
  if (!many) into[name] = value;
  else if (into[name]) (into[name] as unknown[]).push(value);
  else into[name] = [value];
}

/** End of a length-delimited field; the caller checks by `mustEndAt` that it lies within its parent. */
function untilOf(reader: BinaryReader): number {
  const length = reader.uint32();
  return reader.pos + length;
}

function mustEndAt(reader: BinaryReader, end: number): void {
  if (reader.pos !== end) throw new RangeError('a part is longer than the whole');
}
