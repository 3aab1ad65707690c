import type { Transaction } from '@google-cloud/firestore';

/** Weights are about half a KiB. A request may have 10 MiB. */
// https://firebase.google.com/docs/firestore/quotas#writes_and_transactions
const weightPerTransaction = 5_000;
const weightPerDocument = 20;
const charactersPerWeight = 512;

/** One write among many, which do not fit into one request. */
export interface WeighedWrite {
  readonly weight: number;
  write(tx: Transaction): void;
}

/** Weighs a document by the columns, or the like, that it lists and by the characters of its longer texts. */
export function weightOf(entries: number, characters: number): number {
  return weightPerDocument + entries + Math.ceil(characters / charactersPerWeight);
}

/** The writes in their order, in batches that fit into a transaction each. */
export function batchesOf(writes: readonly WeighedWrite[]): WeighedWrite[][] {
  const batches: WeighedWrite[][] = [];
  let room = 0;
  for (const write of writes) {
    if (write.weight > room) {
      batches.push([]);
      room = weightPerTransaction;
    }
    batches.at(-1)?.push(write);
    room -= write.weight;
  }
  return batches;
}
