/** What the gzip stage and its thread say to each other. */
export type ToGzipThread =
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  /** So many outputs have been taken; the thread may send as many more. */
  | { readonly kind: 'taken'; readonly count: number };

export type FromGzipThread =
  /** The oldest chunk has been compressed. */
  | { readonly kind: 'consumed' }
  | { readonly kind: 'output'; readonly bytes: Uint8Array }
  | { readonly kind: 'finished' };

/** Outputs that may be on their way to the consumer. */
export const outputCredits = 4;
/** Chunks that may be on their way to the thread or in it: one compressed, one waiting. */
export const inputCredits = 2;
