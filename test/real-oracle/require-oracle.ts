import { howToName, realEnvironment } from '../support/source-database/environment.ts';

/** Ends the run before its first test when no real Oracle is named. */
export default function requireOracle(): void {
  if (!realEnvironment(process.env)) throw new Error(`There is no Oracle to test. ${howToName}`);
}
