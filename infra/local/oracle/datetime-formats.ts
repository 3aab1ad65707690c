/**
 * TO_CHAR of dates, for the formats that an exact export needs.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Format-Models.html
 */
import { OracleError } from './errors.ts';
import { parseZoned, printOffset, type Zoned } from './time-zones.ts';

const FORMAT = /^(S?)YYYY-MM-DD"T"HH24:MI:SS(?:\.FF([1-9]))?(TZH:TZM|"Z")?$/i;
const REGION_FORMAT = /^TZR$/i;
/** Every session's, whatever it sets. */
const SESSION_ZONE = { offset: 0, zone: '+00:00' };

/** How the values of a type are read as times: those without a zone of their own have none. */
const READERS: Partial<Record<string, (stored: string) => Zoned>> = {
  'TIMESTAMP WITH TIME ZONE': parseZoned,
  'TIMESTAMP WITH LOCAL TIME ZONE': (local) => ({ local, ...SESSION_ZONE }),
};

/** True for the types that these formats print. */
export function isDateTime(type: string): boolean {
  return type === 'DATE' || type === 'TIMESTAMP' || type in READERS;
}

/**
 * Compiles a format into what prints stored values. Throws ORA-01821 for one that is not known here,
 * for fractions of a DATE and for the zone of a type without one. `change` comes before the printing of what has a zone.
 */
export function compileFormat(
  format: string,
  type: string,
  change: (zoned: Zoned) => Zoned = (zoned) => zoned,
): (stored: string) => string {
  const read = READERS[type];
  const readZoned = read && ((stored: string) => change(read(stored)));
  if (REGION_FORMAT.test(format) && readZoned) return (stored) => readZoned(stored).zone;
  const match = FORMAT.exec(format);
  const [, sign, digits = '0', end = ''] = match ?? [];
  const places = Number(digits);
  const wantsOffset = end.toUpperCase() === 'TZH:TZM';
  if (!match || (places > 0 && type === 'DATE') || (wantsOffset && !readZoned)) {
    throw new OracleError(1821, 'date format not recognized');
  }
  const printTime = timePrinter(sign !== '', places);
  if (!readZoned) return (stored) => printTime(stored) + literal(end);
  return (stored) => {
    const { local, offset } = readZoned(stored);
    return printTime(local) + (wantsOffset ? printOffset(offset) : literal(end));
  };
}

function literal(quoted: string): string {
  return quoted.replaceAll('"', '');
}

/** SYYYY gives years A.D. a leading blank. */
function timePrinter(signed: boolean, places: number): (local: string) => string {
  return (local) => {
    const beforeChrist = local.startsWith('-');
    const [seconds = '', fraction = ''] = (beforeChrist ? local.slice(1) : local).split('.');
    const sign = signed ? (beforeChrist ? '-' : ' ') : '';
    const point = places > 0 ? `.${fraction.padEnd(places, '0').slice(0, places)}` : '';
    return sign + seconds + point;
  };
}
