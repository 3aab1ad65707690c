import { expect, test } from 'vitest';
import { partLimit } from '../../jobs/part-limit.ts';

const mebibyte = 1024 * 1024;

test('the first 250 parts are as large as was asked for', () => {
  expect([1, 2, 250].map((number) => partLimit(2 * mebibyte, number))).toEqual(
    Array(3).fill(2 * mebibyte),
  );
});

test('then they grow, up to what BigQuery loads', () => {
  expect(partLimit(2 * mebibyte, 251)).toBe(4 * mebibyte);
  expect(partLimit(2 * mebibyte, 4_000)).toBe(3_800_000_000);
});

test('the parts that one record has room for hold several terabytes, however small they begin', () => {
  const limits = Array.from({ length: 4_000 }, (_, n) => partLimit(2 * mebibyte, n + 1));
  expect(limits.reduce((sum, limit) => sum + limit, 0)).toBeGreaterThan(5e12);
});

test('whoever asks for the largest parts gets them', () => {
  expect(partLimit(3_800_000_000, 9_999)).toBe(3_800_000_000);
});
