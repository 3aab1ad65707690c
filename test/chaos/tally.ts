/** What has become of a fault; the number may still grow. */
export interface Injected {
  readonly consumed: number;
}

export interface FaultCount {
  readonly kind: string;
  readonly injected: number;
  readonly consumed: number;
}

export type Tally = ReturnType<typeof createTally>;

/** Counts faults by kind. */
export function createTally(kinds: readonly string[]) {
  const faults = new Map<string, Injected[]>(kinds.map((kind) => [kind, []]));
  const counts = (): FaultCount[] =>
    [...faults].map(([kind, all]) => ({
      kind,
      injected: all.length,
      consumed: all.reduce((sum, { consumed }) => sum + consumed, 0),
    }));
  return {
    add(kind: string, injected: Injected): void {
      const known = faults.get(kind);
      if (known) known.push(injected);
      else faults.set(kind, [injected]);
    },
    counts,
    /** Kinds that were not met so far. */
    unmet: (): string[] => counts().flatMap(({ kind, consumed }) => (consumed === 0 ? [kind] : [])),
  };
}
