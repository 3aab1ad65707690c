import type { LocalColumn, Value } from '../../oracle/database.ts';

/** A column's type as its definition spells it, and how a field of the CSV file becomes its value. */
export interface OwnType {
  /** As in `NUMBER(10,2)`. */
  readonly type: string;
  readonly definition: Omit<LocalColumn, 'name' | 'nullable'>;
  /** What the database does not check by itself: throws a RangeError when the type cannot hold the field. */
  readonly read: (field: string) => Value;
  /** How a field may be written, for the message that refuses one. */
  readonly hint: string;
}

type Definition = Omit<OwnType, 'type'>;

interface Family {
  readonly name: string;
  /** The words behind the parentheses. */
  readonly suffix?: string;
  /** What may stand between the parentheses, for the message that lists the known types. */
  readonly forms: readonly string[];
  /** Undefined when the arguments are not those of the type; they are in upper case. */
  readonly define: (args: readonly string[]) => Definition | undefined;
}

const asIs = (field: string): Value => field;
const numberHint = 'an exact decimal such as -1234.5 or 1e3';
const dateHint = '2024-02-29 or 2024-02-29T23:59:58';
const timestampHint = `${dateHint}, with a fraction of as many digits as the column has`;
const zonedHint = '2024-02-29T23:59:58.5+01:00 or 2024-02-29T23:59:58.5 Europe/Berlin';
const hexHint = 'pairs of hex digits';
const rowidHint = 'AAAAECAABAAAAgiAAA';
const floatHint = 'a number such as -1.5e-7, NaN, Infinity or -Infinity';

/**
 * Limits: https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html, with
 * MAX_STRING_SIZE=STANDARD and AL16UTF16 as the national character set.
 */
const families: readonly Family[] = [
  { name: 'NUMBER', forms: ['', '(p)', '(p,s)', '(*,s)'], define: defineNumber },
  { name: 'FLOAT', forms: ['', '(b)'], define: defineFloat },
  { name: 'INTEGER', forms: [''], define: plain({ type: 'NUMBER', scale: 0 }, numberHint) },
  { name: 'VARCHAR2', forms: ['(n [CHAR|BYTE])'], define: text('VARCHAR2', 4000) },
  { name: 'NVARCHAR2', forms: ['(n)'], define: nationalText('NVARCHAR2', 2000) },
  { name: 'CHAR', forms: ['', '(n [CHAR|BYTE])'], define: text('CHAR', 2000, '1') },
  { name: 'NCHAR', forms: ['', '(n)'], define: nationalText('NCHAR', 1000, '1') },
  { name: 'RAW', forms: ['(n)'], define: defineRaw },
  { name: 'LONG', forms: [''], define: plain({ type: 'LONG' }, 'text') },
  { name: 'LONG RAW', forms: [''], define: plain({ type: 'LONG RAW' }, hexHint) },
  { name: 'BINARY_FLOAT', forms: [''], define: plain({ type: 'BINARY_FLOAT' }, floatHint) },
  { name: 'BINARY_DOUBLE', forms: [''], define: plain({ type: 'BINARY_DOUBLE' }, floatHint) },
  {
    name: 'DATE',
    forms: [''],
    define: plain({ type: 'DATE' }, dateHint, readDateTime),
  },
  { name: 'TIMESTAMP', forms: ['', '(n)'], define: timestamp('TIMESTAMP', timestampHint) },
  {
    name: 'TIMESTAMP',
    suffix: 'WITH TIME ZONE',
    forms: ['', '(n)'],
    define: timestamp('TIMESTAMP WITH TIME ZONE', zonedHint),
  },
  {
    name: 'TIMESTAMP',
    suffix: 'WITH LOCAL TIME ZONE',
    forms: ['', '(n)'],
    define: timestamp('TIMESTAMP WITH LOCAL TIME ZONE', `${timestampHint}, in UTC`),
  },
  {
    name: 'INTERVAL YEAR TO MONTH',
    forms: [''],
    define: plain({ type: 'INTERVAL YEAR TO MONTH' }, '-1-11, of years below 100 and months'),
  },
  {
    name: 'INTERVAL DAY TO SECOND',
    forms: [''],
    define: plain({ type: 'INTERVAL DAY TO SECOND' }, '-4 05:12:10.222, of days below 100'),
  },
  { name: 'CLOB', forms: [''], define: plain({ type: 'CLOB' }, 'text') },
  { name: 'NCLOB', forms: [''], define: plain({ type: 'NCLOB' }, 'text') },
  { name: 'BLOB', forms: [''], define: plain({ type: 'BLOB' }, hexHint) },
  { name: 'BOOLEAN', forms: [''], define: plain({ type: 'BOOLEAN' }, 'true or false') },
  { name: 'JSON', forms: [''], define: plain({ type: 'JSON' }, 'JSON') },
  { name: 'XMLTYPE', forms: [''], define: plain({ type: 'XMLTYPE' }, 'XML') },
  { name: 'ROWID', forms: [''], define: plain({ type: 'ROWID' }, rowidHint) },
  { name: 'UROWID', forms: [''], define: plain({ type: 'UROWID' }, rowidHint) },
];

/** Every type that can be declared, as in `NUMBER, NUMBER(p), NUMBER(p,s)`. */
export const knownTypes = families
  .flatMap(({ name, suffix, forms }) => forms.map((form) => spelling(name + form, suffix)))
  .join(', ');

function spelling(name: string, suffix?: string): string {
  return suffix === undefined ? name : `${name} ${suffix}`;
}

const TYPE = /^([\w ]*\w) ?(?:\( ?([^()]*?) ?\) ?([\w ]*))?$/;

/** Reads a type as Oracle writes it, in any case. Undefined for what the local Oracle does not serve. */
export function parseType(text: string): OwnType | undefined {
  const [, words = '', inner, behind] = TYPE.exec(normal(text)) ?? [];
  const family = families.find(({ name, suffix }) =>
    inner === undefined
      ? spelling(name, suffix) === words
      : name === words && (suffix ?? '') === behind,
  );
  const args = inner === undefined ? [] : inner.split(/\s*,\s*/);
  const definition = family?.define(args);
  return definition && { type: normal(text), ...definition };
}

function normal(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toUpperCase();
}

function plain(definition: Definition['definition'], hint: string, read = asIs): Family['define'] {
  return (args) => (args.length === 0 ? { definition, hint, read } : undefined);
}

function defineNumber([first, second, ...more]: readonly string[]): Definition | undefined {
  const precision = first === '*' ? undefined : integer(first, 1, 38);
  const scale = second === undefined ? undefined : integer(second, -84, 127);
  const isNumber =
    more.length === 0 &&
    (first === undefined || precision !== undefined || (first === '*' && scale !== undefined)) &&
    (second === undefined || scale !== undefined);
  return isNumber
    ? { definition: number({ precision, scale }), hint: numberHint, read: asIs }
    : undefined;
}

function number({ precision, scale }: Record<'precision' | 'scale', number | undefined>) {
  return {
    type: 'NUMBER' as const,
    ...(precision !== undefined && { precision }),
    ...(scale !== undefined && { scale }),
  };
}

const DECIMAL_DIGITS_PER_BIT = 0.30103;

/** Oracle keeps as many decimal digits of a FLOAT as its binary precision times 0.30103. */
function defineFloat([bits = '126', ...more]: readonly string[]): Definition | undefined {
  const precision = integer(bits, 1, 126);
  if (precision === undefined || more.length > 0) return undefined;
  const most = Math.ceil(precision * DECIMAL_DIGITS_PER_BIT);
  const read = (field: string) => {
    if (significantDigits(field) > most) throw new RangeError(`more than ${most} digits`);
    return field;
  };
  return {
    definition: { type: 'FLOAT', precision },
    hint: `${numberHint}, of at most ${most} digits`,
    read,
  };
}

function significantDigits(decimal: string): number {
  const digits = decimal.replace(/e.*$/i, '').replace(/[^\d]/g, '');
  return digits.replace(/^0+/, '').replace(/0+$/, '').length;
}

/** Without CHAR or BYTE, n counts characters, as where NLS_LENGTH_SEMANTICS is CHAR. */
function text(type: 'VARCHAR2' | 'CHAR', most: number, usual?: string): Family['define'] {
  return ([size = usual, ...more]) => {
    const [, digits, unit = 'CHAR'] = /^(\d+)(?:\s+(CHAR|BYTE))?$/.exec(size ?? '') ?? [];
    const length = integer(digits, 1, most);
    if (length === undefined || more.length > 0) return undefined;
    const definition = { type, length };
    if (unit === 'CHAR') return { definition, hint: `${length} characters at most`, read: asIs };
    return type === 'CHAR' ? asciiText(definition) : bytesOfText(definition);
  };
}

function bytesOfText(definition: LengthOfText): Definition {
  const read = (field: string) => {
    if (Buffer.byteLength(field) > definition.length) throw new RangeError('too many bytes');
    return field;
  };
  return { definition, hint: `${definition.length} bytes of UTF-8 at most`, read };
}

type LengthOfText = Definition['definition'] & { readonly length: number };

/** The local Oracle pads CHAR to its length in characters, which are bytes only when all are ASCII. */
function asciiText(definition: LengthOfText): Definition {
  const read = (field: string) => {
    if (Buffer.byteLength(field) !== field.length) throw new RangeError('not ASCII');
    return field;
  };
  const { length } = definition;
  const hint = `${length} characters of ASCII at most; with CHAR(${length} CHAR) any characters`;
  return { definition, hint, read };
}

function nationalText(type: 'NVARCHAR2' | 'NCHAR', most: number, usual?: string): Family['define'] {
  return ([size = usual, ...more]) => {
    const length = integer(size, 1, most);
    if (length === undefined || more.length > 0) return undefined;
    const hint = `${length} characters at most, of which some count twice in UTF-16`;
    return { definition: { type, length }, hint, read: asIs };
  };
}

function defineRaw([size, ...more]: readonly string[]): Definition | undefined {
  const length = integer(size, 1, 2000);
  if (length === undefined || more.length > 0) return undefined;
  const hint = `pairs of hex digits, ${length} at most`;
  return { definition: { type: 'RAW', length }, hint, read: asIs };
}

type TimestampType = Extract<Definition['definition']['type'], `TIMESTAMP${string}`>;

function timestamp(type: TimestampType, hint: string): Family['define'] {
  return ([digits = '6', ...more]) => {
    const scale = integer(digits, 0, 9);
    if (scale === undefined || more.length > 0) return undefined;
    return { definition: { type, scale }, hint, read: readDateTime };
  };
}

function integer(text: string | undefined, least: number, most: number): number | undefined {
  const value = /^-?\d{1,4}$/.test(text ?? '') ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

const DAY_LENGTH = '2024-02-29'.length;

/** A day alone is its midnight; a blank stands for the T. The database checks the rest. */
function readDateTime(field: string): Value {
  if (field.length === DAY_LENGTH) return `${field}T00:00:00`;
  return field[DAY_LENGTH] === ' ' ? field.replace(' ', 'T') : field;
}
