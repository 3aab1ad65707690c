import { transportInput } from '../../shared/domain/transport.ts';

/** The options of a transport that chooses none. */
export const defaultOptions = transportInput.parse({ name: 'x', tables: ['A.B'] }).options;
