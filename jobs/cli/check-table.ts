import { toOraFerryError } from '../../shared/errors.ts';
import { mapLimited } from '../../shared/map-limited.ts';
import { checkPart } from './check-part.ts';
import { type ManifestPart, type ManifestTable, readFields } from './documents.ts';
import { type Output, readText } from './output.ts';

export interface TableFindings {
  readonly owner: string;
  readonly table: string;
  readonly rows: number;
  readonly verified_rows: number | null;
  readonly parts: number;
  readonly bytes: number;
  /** One sentence each, with the name of the object that it is about; empty when all is as the manifest says. */
  readonly problems: readonly string[];
}

type Listing = Awaited<ReturnType<Output['list']>>;

const partsAtOnce = 4;

/** Reads a table's parts, a few at once, in memory that does not grow with them. Throws what keeps it from reading. */
export async function checkTable(
  output: Output,
  table: ManifestTable,
  listed: Listing,
): Promise<TableFindings> {
  const schema = await readSchema(output, table);
  const problems = await mapLimited(table.parts, partsAtOnce, (part) =>
    checkNamedPart(output, part, schema.fields, listed),
  );
  return {
    owner: table.owner,
    table: table.table,
    rows: table.rows,
    verified_rows: table.verified_rows,
    parts: table.parts.length,
    bytes: sum(table.parts.map(({ bytes }) => bytes)),
    problems: [
      ...schema.problems,
      ...(await loadProblems(output, table)),
      ...problems.flat(),
      ...sumProblems(table),
    ],
  };
}

interface Schema {
  /** Absent when the schema cannot be read: then rows cannot be compared with it. */
  readonly fields?: readonly string[];
  readonly problems: readonly string[];
}

async function readSchema(output: Output, { schema: name }: ManifestTable): Promise<Schema> {
  const text = await readText(output, name);
  if (text === undefined) return { problems: [`${name}: is missing`] };
  try {
    return { fields: readFields(text), problems: [] };
  } catch (error) {
    const { code, message } = toOraFerryError(error);
    if (code !== 'VALIDATION_ERROR') throw error;
    return { problems: [`${name}: ${message}`] };
  }
}

async function loadProblems(output: Output, { load }: ManifestTable): Promise<string[]> {
  if (load === undefined) return [];
  const text = await readText(output, load);
  if (text === undefined) return [`${load}: is missing`];
  try {
    JSON.parse(text);
    return [];
  } catch {
    return [`${load}: is no JSON`];
  }
}

async function checkNamedPart(
  output: Output,
  part: ManifestPart,
  fields: readonly string[] | undefined,
  listed: Listing,
): Promise<string[]> {
  const problems = await partProblems(output, part, fields, listed);
  return problems.map((problem) => `${part.name}: ${problem}`);
}

async function partProblems(
  output: Output,
  part: ManifestPart,
  fields: readonly string[] | undefined,
  listed: Listing,
): Promise<string[]> {
  const { name, generation } = part;
  const found = listed?.get(name);
  if (listed && !listed.has(name)) return ['is missing'];
  if (found !== undefined && found !== generation) {
    return [`is of generation ${found}, not ${generation}: another object took its place`];
  }
  return checkPart(() => output.open(name, generation), part, fields);
}

function sumProblems({ owner, table, rows, verified_rows, parts }: ManifestTable): string[] {
  const name = `${owner}.${table}`;
  const inParts = sum(parts.map((part) => part.rows));
  return [
    ...(inParts === rows ? [] : [`${name}: its parts hold ${inParts} rows, not ${rows}`]),
    ...(verified_rows === null || verified_rows === rows
      ? []
      : [`${name}: Oracle counted ${verified_rows} rows, not ${rows}`]),
  ];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
