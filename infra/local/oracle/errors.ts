/** An error that the server reports to the client as `ORA-nnnnn: text`. */
export class OracleError extends Error {
  override name = 'OracleError';
  readonly code: number;
  /** Offset into the statement's text at which Oracle would point, or 0. */
  readonly offset: number;

  constructor(code: number, text: string, offset = 0) {
    super(`ORA-${String(code).padStart(5, '0')}: ${text}`);
    this.code = code;
    this.offset = offset;
  }
}
