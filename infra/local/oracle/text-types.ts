/**
 * Text: VARCHAR2 and CHAR in AL32UTF8, NVARCHAR2 and NCHAR in AL16UTF16.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html
 */
import { catalogueEntry, type LocalColumn, type TypeDefinition, type WireType } from './column.ts';

const VARCHAR_CODE = 1;
const CHAR_CODE = 96;
/** With MAX_STRING_SIZE=STANDARD; a longer column takes it to be EXTENDED. */
const LONGEST_VARCHAR = 4000;
const LONGEST_EXTENDED = 32_767;
const LONGEST_CHAR = 2000;
const SURROGATE = /[\ud800-\udbff]/;

/** A character set: how long its longest character is, and how text is measured and written. */
interface Charset {
  form: 1 | 2;
  characterBytes: number;
  /** The characters of a text; a supplementary one is two in AL16UTF16. */
  characters(value: string): number;
  bytes(value: string): number;
  encode: WireType['encode'];
}

const DATABASE: Charset = {
  form: 1,
  characterBytes: 4,
  characters: (value) => (SURROGATE.test(value) ? [...value].length : value.length),
  bytes: (value) => Buffer.byteLength(value),
  encode: (value, writer) => void writer.text(value),
};
const NATIONAL: Charset = {
  form: 2,
  characterBytes: 2,
  characters: (value) => value.length,
  bytes: (value) => value.length * 2,
  encode: (value, writer) => void writer.bytes(toUtf16(value)),
};

export const varchar2 = variable('VARCHAR2', DATABASE);
export const char = fixed('CHAR', DATABASE);
export const nvarchar2 = variable('NVARCHAR2', NATIONAL);
export const nchar = fixed('NCHAR', NATIONAL);

function variable(dataType: string, charset: Charset): TypeDefinition {
  const usual = LONGEST_VARCHAR / (charset.form === 1 ? 1 : charset.characterBytes);
  const longest = (length: number) => (length > usual ? LONGEST_EXTENDED : LONGEST_VARCHAR);
  return characters({ dataType, charset, code: VARCHAR_CODE, longest, usual, pads: false });
}

function fixed(dataType: string, charset: Charset): TypeDefinition {
  const longest = () => LONGEST_CHAR;
  return characters({ dataType, charset, code: CHAR_CODE, longest, usual: 1, pads: true });
}

interface TextType {
  dataType: string;
  charset: Charset;
  code: number;
  /** The most bytes that a column of so many characters holds. */
  longest(length: number): number;
  /** Characters of a column that declares none. */
  usual: number;
  pads: boolean;
}

function characters({ dataType, charset, code, ...type }: TextType): TypeDefinition {
  const lengths = ({ length = type.usual }: LocalColumn) => ({
    length,
    bytes: Math.min(length * charset.characterBytes, type.longest(length)),
  });
  return {
    store(value, column) {
      const { length, bytes } = lengths(column);
      const missing = type.pads ? Math.max(0, length - charset.characters(value)) : 0;
      const stored = wellFormed(value) + ' '.repeat(missing);
      if (charset.characters(stored) > length || charset.bytes(stored) > bytes) {
        throw new RangeError(`the value is longer than ${length} characters or ${bytes} bytes`);
      }
      return stored;
    },
    catalogue(column) {
      const { length, bytes } = lengths(column);
      return catalogueEntry(dataType, bytes, { charLength: length });
    },
    wire(column) {
      const { length, bytes } = lengths(column);
      const { form, encode } = charset;
      return { ...textWire(length), code, bytes, charsetForm: form, encode };
    },
  };
}

/** The wire type of an expression that yields text. */
export function textWire(characters: number): WireType {
  return {
    code: VARCHAR_CODE,
    charsetForm: 1,
    precision: 0,
    scale: 0,
    bytes: Math.min(characters * DATABASE.characterBytes, LONGEST_EXTENDED),
    characters,
    encode: DATABASE.encode,
  };
}

/** The text itself. Throws a RangeError for half a surrogate pair, which no character set holds. */
export function wellFormed(value: string): string {
  if (!value.isWellFormed()) throw new RangeError('the value holds half a surrogate pair');
  return value;
}

/** The bytes of a text in AL16UTF16, which is big endian. */
export function toUtf16(value: string): Buffer {
  return Buffer.from(value, 'utf16le').swap16();
}

export function fromUtf16(bytes: Buffer): string {
  return Buffer.from(bytes).swap16().toString('utf16le');
}
