import { describe, expect, it } from 'vitest';
import { isLive } from '../../../shared/domain/lease.ts';

describe('a lease', () => {
  const lease = { renewedAt: 1_000, ttlMs: 50 };

  it.each([
    [999, true],
    [1_000, true],
    [1_049, true],
    [1_050, false],
    [9_999, false],
  ])('at %i ms', (now, live) => {
    expect(isLive(lease, now)).toBe(live);
  });

  it('that was never taken is not live', () => {
    expect(isLive(undefined, 0)).toBe(false);
  });
});
