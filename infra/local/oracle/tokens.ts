/** Cuts a statement into tokens; words come in upper case, quoted text as it stands. */
export interface Token {
  kind: 'word' | 'name' | 'string' | 'bind' | 'number' | 'symbol';
  text: string;
  at: number;
}

const TOKEN =
  /\s+|"(?<name>[^"]*)"|'(?<string>(?:[^']|'')*)'|:(?<bind>\w+)|(?<number>\d+(?:\.\d+)?)|(?<word>[a-z][\w$#]*)|(?<symbol>.)/giy;

/** Never fails: what it does not know becomes a symbol. */
export function tokenize(sql: string): Token[] {
  return [...sql.matchAll(TOKEN)].flatMap((match) => {
    const [kind, text] =
      Object.entries(match.groups ?? {}).find(([, part]) => part !== undefined) ?? [];
    if (kind === undefined || text === undefined) return [];
    return [{ kind: kind as Token['kind'], text: plain(kind, text), at: match.index }];
  });
}

function plain(kind: string, text: string): string {
  if (kind === 'word') return text.toUpperCase();
  return kind === 'string' ? text.replaceAll("''", "'") : text;
}

/** The statement in one spelling: single blanks, `:` for any bind. Names and strings are quoted. */
export function signatureOf(tokens: readonly Token[]): string {
  return tokens
    .map(({ kind, text }) => {
      if (kind === 'bind') return ':';
      if (kind === 'name') return `"${text}"`;
      return kind === 'string' ? `'${text}'` : text;
    })
    .join(' ');
}
