import { expect, test } from 'vitest';
import { variantsOf } from './picture-variants.ts';

const of = (width: number, height = 100, animated = false) =>
  variantsOf({ width, height, animated }).map(({ name, width }) => `${name} ${width}`);

test('a picture has variants up to its own width', () => {
  expect(of(4032)).toHaveLength(9);
  expect(of(1920)[0]).toBe('1920.avif 1920');
  expect(of(1281)[0]).toBe('1920.avif 1281');
  expect(of(1280)[0]).toBe('1280.avif 1280');
  expect(of(640)).toEqual(['640.avif 640', '640.webp 640', '640.jpg 640']);
  expect(of(1)).toEqual(['640.avif 1', '640.webp 1', '640.jpg 1']);
});

test('the smallest comes last', () => {
  expect(of(2000).slice(-3)).toEqual(['640.avif 640', '640.webp 640', '640.jpg 640']);
});

test('one that moves has no AVIF', () => {
  expect(of(600, 400, true)).toEqual(['640.webp 600', '640.jpg 600']);
});

test('a very high one becomes narrower', () => {
  expect(of(1000, 16_384)[0]).toBe('1280.avif 500');
});
