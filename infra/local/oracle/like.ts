import { OracleError } from './errors.ts';

/**
 * The regular expression of a LIKE pattern. Throws ORA-01424 where the escape character stands before anything
 * but `%`, `_` and itself.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Pattern-matching-Conditions.html
 */
export function likePattern(pattern: string, mark?: string): RegExp {
  let source = '';
  let isMarked = false;
  for (const character of pattern) {
    if (isMarked) {
      if (character !== mark && !WILDCARDS.has(character)) throw wrongMark();
      source += literal(character);
      isMarked = false;
    } else if (character === mark) isMarked = true;
    else source += WILDCARDS.get(character) ?? literal(character);
  }
  if (isMarked) throw wrongMark();
  return new RegExp(`^${source}$`, 'su');
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
}

const WILDCARDS = new Map([
  ['%', '.*'],
  ['_', '.'],
]);

function wrongMark(): OracleError {
  return new OracleError(1424, 'missing or illegal character following the escape character');
}
