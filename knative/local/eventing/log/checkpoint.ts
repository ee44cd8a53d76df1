import { crc32 } from 'node:zlib';
import type { StoreFile } from './store.ts';

/** Durable end of the log, stored in a file of its own. The log is synced up to this position before the checkpoint is written. */
export interface Checkpoint {
  /** Base sequence of the segment in which the durable log ends. */
  segment: number;
  /** Byte offset of the end in that segment. */
  offset: number;
  /** The next sequence number. */
  sequence: number;
  /** Checksum of the last record. */
  checksum: number;
  /** Base of the oldest segment that must exist. */
  first: number;
}

const slotBytes = 48;
/** The two slots are in different disk sectors: a torn write damages one of them at most. */
const slotDistance = 512;
const magic = Buffer.from('DORMEND1');

/** 0 magic · 8 generation · 14 segment · 20 offset · 26 sequence · 32 last checksum · 36 first · 42 nothing · 44 checksum */
function encode(checkpoint: Checkpoint, generation: number): Buffer {
  const slot = Buffer.alloc(slotBytes);
  magic.copy(slot);
  slot.writeUIntLE(generation, 8, 6);
  slot.writeUIntLE(checkpoint.segment, 14, 6);
  slot.writeUIntLE(checkpoint.offset, 20, 6);
  slot.writeUIntLE(checkpoint.sequence, 26, 6);
  slot.writeUInt32LE(checkpoint.checksum, 32);
  slot.writeUIntLE(checkpoint.first, 36, 6);
  slot.writeUInt32LE(crc32(slot.subarray(0, 44)), 44);
  return slot;
}

function decode(slot: Buffer): { checkpoint: Checkpoint; generation: number } | undefined {
  if (
    slot.length < slotBytes ||
    !slot.subarray(0, 8).equals(magic) ||
    crc32(slot.subarray(0, 44)) !== slot.readUInt32LE(44)
  )
    return undefined;
  const checkpoint = {
    segment: slot.readUIntLE(14, 6),
    offset: slot.readUIntLE(20, 6),
    sequence: slot.readUIntLE(26, 6),
    checksum: slot.readUInt32LE(32),
    first: slot.readUIntLE(36, 6),
  };
  return { checkpoint, generation: slot.readUIntLE(8, 6) };
}

/** The checkpoint's file: two slots, written alternately. */
export interface CheckpointFile {
  /** The newest readable checkpoint; `undefined` when there is none. */
  last: Checkpoint | undefined;
  /** Not synced. */
  write(checkpoint: Checkpoint): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the file and reads its newest checkpoint. */
export async function checkpointFile(file: StoreFile): Promise<CheckpointFile> {
  const bytes = await file.read(0, slotDistance + slotBytes);
  const slots = [decode(bytes.subarray(0, slotBytes)), decode(bytes.subarray(slotDistance))];
  const newest = slots.reduce((a, b) => (a && b ? (a.generation > b.generation ? a : b) : (a ?? b)), undefined);
  let generation = newest?.generation ?? 0;
  const self: CheckpointFile = {
    last: newest?.checkpoint,
    async write(checkpoint) {
      generation++;
      await file.write(encode(checkpoint, generation), (generation % 2) * slotDistance);
      self.last = checkpoint;
    },
    sync: () => file.sync(),
    close: () => file.close(),
  };
  return self;
}
