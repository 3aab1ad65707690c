import type { OraFerryError } from '../../shared/errors.ts';
import { invalidRequest } from './input.ts';

/** More than any documented body needs, and little enough to check at once. */
const mostDepth = 16;
const mostMembers = 5_000;
const mostValues = 100_000;

/** An object or list whose end has not come yet. */
interface Open {
  /** The names so far; a list has none. */
  readonly names: Set<string> | undefined;
  commas: number;
  expectsName: boolean;
}

/**
 * Refuses JSON text that no caller means, before it is parsed: nested too deeply, with too many members in one place or in all,
 * with a name twice or `__proto__` in an object, or with half a surrogate pair, where readers differ in what they make
 * of it (https://www.rfc-editor.org/rfc/rfc8259#section-4). Throws VALIDATION_ERROR. Text that is no JSON may pass.
 */
export function requireModestJson(text: string): void {
  const open: Open[] = [];
  let values = 0;
  for (const found of structureOf(text)) {
    const inner = open.at(-1);
    values = withValue(values, found);
    if (found === '{' || found === '[') open.push(opened(found, open.length));
    else if (found === '}' || found === ']') open.pop();
    else if (found === ',') takeComma(inner);
    else takeText(inner, found);
  }
}

/** A bracket begins a value, and a comma stands before one. */
function withValue(values: number, found: string): number {
  if (!'{[,'.includes(found)) return values;
  if (values === mostValues) throw refused(`has more than ${mostValues} values`);
  return values + 1;
}

/** The strings with their quotes and the characters that give JSON its structure; the rest is for the parser. */
function* structureOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') {
      const end = endOfString(text, at);
      yield text.slice(at, end);
      at = end - 1;
    } else if ('[]{},'.includes(character)) yield character;
  }
}

/** Just behind the closing quote. It looks at each character once: a pattern would go back over a string without end. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return Math.min(at + 1, text.length);
}

function opened(bracket: '{' | '[', depth: number): Open {
  if (depth === mostDepth) throw refused(`is nested more than ${mostDepth} levels deep`);
  const isObject = bracket === '{';
  return { names: isObject ? new Set() : undefined, commas: 0, expectsName: isObject };
}

function takeComma(inner: Open | undefined): void {
  if (!inner) return;
  inner.commas++;
  inner.expectsName = inner.names !== undefined;
  if (inner.commas >= mostMembers)
    throw refused(`has more than ${mostMembers} members in one place`);
}

function takeText(inner: Open | undefined, quoted: string): void {
  const text = unquoted(quoted);
  if (!text.isWellFormed()) throw refused('holds half a surrogate pair, which is no character');
  if (inner?.expectsName) takeName(inner, text);
}

function takeName(inner: Open, name: string): void {
  if (!inner.names) return;
  inner.expectsName = false;
  if (name === '__proto__') throw refused('has a field __proto__');
  if (inner.names.has(name)) throw refused('has the same field twice in one object');
  inner.names.add(name);
}

/** Two spellings of a text are the same text. One that does not parse ends in the parser's own complaint. */
function unquoted(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted);
  } catch {
    return quoted;
  }
}

function refused(message: string): OraFerryError {
  return invalidRequest([{ field: 'body', message }]);
}
