import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Connection } from './connection.ts';
import { usualTimeouts } from './listener.ts';
import { createSlowReader } from './slow-reader.ts';
import { createUnsentBytes } from './unsent-bytes.ts';

describe('a client', () => {
  it('that takes nothing is too slow after the grace, counted from when something waited for it', () => {
    const reader = createSlowReader(1_000);
    expect(reader.tooSlow(0, 0, 0)).toBe(false);
    expect(reader.tooSlow(5_000, 1, 0)).toBe(false);
    expect(reader.tooSlow(6_000, 1, 0)).toBe(false);
    expect(reader.tooSlow(6_001, 1, 0)).toBe(true);
  });

  it('that takes 16 KiB a second never is', () => {
    const reader = createSlowReader(1_000);
    for (let second = 0; second < 100; second++) expect(reader.tooSlow(second * 1_000, 1, second * 16_384)).toBe(false);
  });

  it('that takes a byte a second is', () => {
    const reader = createSlowReader(1_000);
    reader.tooSlow(0, 1_000, 0);
    expect(reader.tooSlow(2_000, 998, 2)).toBe(true);
  });

  it('that has taken everything begins anew', () => {
    const reader = createSlowReader(1_000);
    reader.tooSlow(0, 1, 0);
    reader.tooSlow(900, 0, 1);
    expect(reader.tooSlow(1_800, 1, 1)).toBe(false);
    expect(reader.tooSlow(2_700, 1, 1)).toBe(false);
  });
});

it('a connection ends whose client takes no more, also when its responses are complete', () => {
  const socket = { writableLength: 100_000, bytesWritten: 300_000, destroyed: false, destroy: () => {} };
  socket.destroy = () => void (socket.destroyed = true);
  const connection = new Connection(socket as unknown as Socket, usualTimeouts, createUnsentBytes());
  connection.check(0);
  connection.check(usualTimeouts.readMs);
  expect(socket.destroyed).toBe(false);
  connection.check(usualTimeouts.readMs + 1);
  expect(socket.destroyed).toBe(true);
});
