import { expect, test } from 'vitest';
import { createMeter } from '../../jobs/meter.ts';

test('a steady stream shows its rate from the first observation on', () => {
  const meter = createMeter(0);
  expect(meter.observe(500, 1_000)).toBe(500);
  expect(meter.observe(1_000, 2_000)).toBeCloseTo(500);
});

test('after the half-life half of the shown rate is new', () => {
  const meter = createMeter(0);
  meter.observe(1_000, 1_000);
  expect(meter.observe(1_000, 3_000)).toBeCloseTo(500);
});

test('a burst of observations within one moment changes nothing', () => {
  const meter = createMeter(0);
  meter.observe(1_000, 1_000);
  expect(meter.observe(9_000, 1_000)).toBe(1_000);
});

test('before any time has passed there is no rate', () => {
  expect(createMeter(5).observe(10, 5)).toBe(0);
});
