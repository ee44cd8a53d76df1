import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';

export interface HealthQuestion {
  host: string;
  port: number;
  /** "" is the whole server. */
  service: string;
  timeoutMs: number;
}

/** `grpc.health.v1.HealthCheckResponse.ServingStatus`. */
const statuses = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/**
 * Asks the health service of a gRPC server (grpc.health.v1.Health/Check, in clear text), as kubelet does for a probe `grpc`.
 * Its two messages have one field each: https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 * @returns why it is not serving; undefined when it is
 */
export function grpcHealth({ host, port, service, timeoutMs }: HealthQuestion): Promise<string | undefined> {
  const client = new Client(`${host}:${port}`, credentials.createInsecure());
  return new Promise<string | undefined>((done) => {
    client.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      (name: string) => Buffer.from(new BinaryWriter().tag(1, WireType.LengthDelimited).string(name).finish()),
      servingStatus,
      service,
      { deadline: Date.now() + timeoutMs },
      (error, found) => done(error ? explained(error, timeoutMs) : judged(found ?? 0)),
    );
  }).finally(() => client.close());
}

function servingStatus(bytes: Buffer): number {
  const reader = new BinaryReader(bytes);
  let found = 0;
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1) found = reader.int32();
    else reader.skip(type);
  }
  return found;
}

const judged = (found: number): string | undefined =>
  found === 1 ? undefined : `its health service says ${statuses[found] ?? found}`;

function explained({ code, details }: ServiceError, timeoutMs: number): string {
  if (code === status.UNIMPLEMENTED) return 'it has no health service (grpc.health.v1.Health)';
  if (code === status.DEADLINE_EXCEEDED) return `its health service did not answer within ${timeoutMs} ms`;
  return `its health service cannot be asked: ${status[code]} ${details}`;
}
