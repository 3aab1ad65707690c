import type { SplitLayout, SplitRequest } from '../../ports/oracle.ts';
import type { Session } from '../session.ts';

/** One way to divide a table; undefined when it does not suit the table. May throw what Oracle says. */
export type Rung = (session: Session, request: SplitRequest) => Promise<SplitLayout | undefined>;

export const wholeTable: SplitLayout = { method: 'whole table', ranges: [{ kind: 'whole' }] };
