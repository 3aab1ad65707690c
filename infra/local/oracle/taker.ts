import type { Token } from './tokens.ts';

/** Takes tokens from the front of a statement, one grammar rule after another. */
export interface Taker {
  /** Takes these words and symbols, or nothing. */
  words(...texts: string[]): boolean;
  kind(kind: Token['kind']): Token | undefined;
  atEnd(): boolean;
}

export function createTaker(tokens: readonly Token[]): Taker {
  let at = 0;
  const matches = (token: Token | undefined, text: string) =>
    token !== undefined &&
    (token.kind === 'word' || token.kind === 'symbol') &&
    token.text === text;
  return {
    words(...texts) {
      if (!texts.every((text, index) => matches(tokens[at + index], text))) return false;
      at += texts.length;
      return true;
    },
    kind(kind) {
      const token = tokens[at];
      if (token?.kind !== kind) return undefined;
      at++;
      return token;
    },
    atEnd: () => at === tokens.length,
  };
}
