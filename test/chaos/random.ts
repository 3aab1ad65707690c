export type Random = ReturnType<typeof createRandom>;

/** Numbers that follow from the seed: mulberry32. */
export function createRandom(seed: number) {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  /** From `low` to `high`, both included. */
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  const pick = <T>(items: readonly T[]): T => {
    const item = items[int(0, items.length - 1)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  };
  return {
    int,
    pick,
    chance: (share: number) => next() < share,
    /** One of the items, each as likely as its weight says. */
    weighted<T extends { readonly weight: number }>(items: readonly T[]): T {
      let at = next() * items.reduce((sum, { weight }) => sum + weight, 0);
      for (const item of items) {
        at -= item.weight;
        if (at < 0) return item;
      }
      return pick(items);
    },
    /** A source of its own, so that what one part draws does not depend on how fast another is. */
    fork: () => createRandom(int(0, 2 ** 32 - 1)),
  };
}
