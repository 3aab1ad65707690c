/** JSON whose numbers are kept as they stand in the text, which JSON.parse would round to doubles. */
export type ExactJson =
  | null
  | boolean
  | string
  | NumberLiteral
  | readonly ExactJson[]
  | { readonly [key: string]: ExactJson };

/** A number as it is written. */
export class NumberLiteral {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Parses JSON. Throws a SyntaxError. https://github.com/tc39/proposal-json-parse-with-source */
export function parseExact(text: string): ExactJson {
  return JSON.parse(text, keepNumber);
}

function keepNumber(this: unknown, _key: string, value: unknown, context?: { source?: string }) {
  if (typeof value !== 'number') return value;
  if (context?.source === undefined) throw new Error('JSON.parse does not tell the source text.');
  return new NumberLiteral(context.source);
}

/** True for the same value: numbers by their exact decimal value, objects whatever their members' order. */
export function isSameJson(one: ExactJson, other: ExactJson): boolean {
  if (one instanceof NumberLiteral || other instanceof NumberLiteral) {
    return isSameNumber(one, other);
  }
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return one === other;
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const members = new Map(Object.entries(other));
  const entries = Object.entries(one);
  return (
    entries.length === members.size &&
    entries.every(([key, value]) => isSameMember(value, members.get(key)))
  );
}

function isSameNumber(one: ExactJson, other: ExactJson): boolean {
  if (!(one instanceof NumberLiteral && other instanceof NumberLiteral)) return false;
  return decimalOf(one.text) === decimalOf(other.text);
}

function isSameMember(one: ExactJson, other: ExactJson | undefined): boolean {
  return other !== undefined && isSameJson(one, other);
}

/** A decimal as its digits without zeros at the ends, and an exponent: equal texts are equal numbers. */
function decimalOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = BigInt(exponent) + BigInt(digits.length - significant.length - fraction.length);
  return `${sign}${significant}e${power}`;
}
