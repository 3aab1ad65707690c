import { describe } from 'vitest';
import { oracleSourceContract } from '../../contract/oracle-source.ts';
import { eachSourceDatabase } from '../../support/source-database.ts';

describe.each(eachSourceDatabase())('%s', (_, open) => oracleSourceContract(open));
