/** What one session answers to each message: its login first, then its calls. */
import { type Challenge, createChallenge, type Verifier } from './auth.ts';
import { createReader, type Reader } from './bytes.ts';
import { type Answer, createCursors } from './cursors.ts';
import { OracleError } from './errors.ts';
import { type ByteMeter, createByteMeter, type RowFaults } from './faults.ts';
import {
  type LoginRequest,
  readFastAuthentication,
  readLogin,
  sessionPairs,
  writeDataTypes,
  writePairs,
  writeProtocol,
} from './handshake.ts';
import { readLobRequest, runLobRequest } from './lobs.ts';
import type { Rights } from './privileges.ts';
import type { Release } from './release.ts';
import {
  CALL,
  MESSAGE,
  readCallHeader,
  readExecute,
  readFetch,
  readPiggyback,
  readReexecute,
} from './requests.ts';
import { endMessage, statusMessage, tokenMessage } from './responses.ts';
import type { StatementContext, Transaction } from './statement-context.ts';

/** A database user. */
export interface Account {
  password: string;
  verifier: Verifier;
  rights: Rights;
}

/** What all sessions share. */
export interface Instance extends Omit<StatementContext, 'rights' | 'transaction'> {
  /** Users by name in upper case. */
  accounts: ReadonlyMap<string, Account>;
  faults: RowFaults;
  release: Release;
  /** What sessions said that they are for. */
  actions: string[];
  clients: string[];
}

type Call = (message: Reader) => Answer;

const OK: Answer = { parts: [statusMessage()] };
const NOTHING: Answer = { parts: [] };

/** Returns the function that answers a session's messages, one after another. */
export function createCalls(instance: Instance, sessionId: number): (message: Buffer) => Answer {
  let calls = new Map<number, Call>();
  let closeCursors: (ids: readonly number[]) => void = () => undefined;

  const logIn = (account: Account) => {
    const meter = createByteMeter(instance.faults);
    const transaction: Transaction = {};
    const context = { ...instance, rights: account.rights, transaction };
    const cursors = createCursors(context, { ...instance, meter });
    closeCursors = cursors.close;
    calls = sessionCalls(cursors, transaction, lobCall(instance, meter));
  };
  const login = createLogin(instance, sessionId, logIn);
  const call = (message: Reader, type: number): Answer => {
    const header = readCallHeader(message, instance.release);
    if (type === MESSAGE.oneWay) return NOTHING;
    const answerCall = login.calls.get(header.call) ?? calls.get(header.call);
    const { parts, ...rest } = answerCall?.(message) ?? notAnswered(calls.size > 0, header.call);
    return { ...rest, parts: [...tokenMessage(header.token), ...parts] };
  };

  return (bytes) => {
    const message = createReader(bytes);
    try {
      let type = message.u8();
      const greeting = login.greetings.get(type);
      if (greeting) return greeting(message);
      for (; type === MESSAGE.piggyback; type = message.u8()) {
        const { closedCursors, action, client } = readPiggyback(message, instance.release);
        closeCursors(closedCursors);
        if (action !== undefined) instance.actions.push(action);
        if (client !== undefined) instance.clients.push(client);
      }
      return call(message, type);
    } catch (error) {
      return { parts: [endMessage({ error: reportable(error) }, instance.release)] };
    }
  };
}

function sessionCalls(
  cursors: ReturnType<typeof createCursors>,
  transaction: Transaction,
  lob: Call,
): Map<number, Call> {
  const reexecute: Call = (message) =>
    cursors.reexecute(readReexecute(message, (id) => cursors.bindTypes(id)));
  const endTransaction: Call = () => {
    transaction.snapshot = undefined;
    return OK;
  };
  return new Map<number, Call>([
    [CALL.execute, (message) => cursors.execute(readExecute(message))],
    [CALL.reexecute, reexecute],
    [CALL.reexecuteAndFetch, reexecute],
    [CALL.fetch, (message) => cursors.fetch(readFetch(message))],
    [CALL.lob, lob],
    [CALL.ping, () => OK],
    [CALL.commit, endTransaction],
    [CALL.rollback, endTransaction],
    [CALL.logoff, () => OK],
  ]);
}

function lobCall({ database, faults, release }: Instance, meter: ByteMeter): Call {
  return (message) => {
    const { table, parts } = runLobRequest(database, readLobRequest(message));
    if (faults.stallsLobRead(table)) return { parts, strike: 'stall' };
    return { parts: [...parts, endMessage({}, release)], cutAfter: meter.cutAfter(table) };
  };
}

/** The two phases of a login. An unknown user is told apart from a wrong password by nothing. */
function createLogin(instance: Instance, id: number, logIn: (account: Account) => void) {
  const { release } = instance;
  let account: Account | undefined;
  let challenge: Challenge | undefined;
  const begin = ({ user }: LoginRequest): Buffer[] => {
    account = instance.accounts.get(user.toUpperCase());
    challenge = createChallenge(account?.verifier, account?.password ?? '');
    return [writePairs(challenge.pairs), statusMessage()];
  };
  const prove: Call = (message) => {
    const { pairs } = readLogin(message);
    const proof = challenge?.answer(
      pairs.get('AUTH_SESSKEY') ?? '',
      pairs.get('AUTH_PASSWORD') ?? '',
    );
    if (!account || proof === undefined) {
      throw new OracleError(1017, 'invalid credential or not authorized; logon denied');
    }
    logIn(account);
    const session = { id, service: instance.service, proof, release };
    return { parts: [writePairs(sessionPairs(session)), statusMessage()] };
  };

  return {
    /** The messages that come before the calls, by their type. */
    greetings: new Map<number, Call>([
      [MESSAGE.protocol, () => ({ parts: [writeProtocol(release)] })],
      [MESSAGE.dataTypes, () => ({ parts: [writeDataTypes()] })],
      [
        MESSAGE.fastAuthentication,
        (message) => {
          const phaseOne = begin(readFastAuthentication(message));
          return { parts: [writeProtocol(release), writeDataTypes(), ...phaseOne] };
        },
      ],
    ]),
    calls: new Map<number, Call>([
      [CALL.authPhaseOne, (message) => ({ parts: begin(readLogin(message)) })],
      [CALL.authPhaseTwo, prove],
    ]),
  };
}

function notAnswered(loggedIn: boolean, call: number): Answer {
  throw loggedIn
    ? new OracleError(3120, `two-task conversion routine: call ${call} is not supported`)
    : new OracleError(1012, 'not logged on');
}

/** A fault of this server itself shows as ORA-00600 at the client, not as a lost connection. */
function reportable(error: unknown): OracleError {
  if (error instanceof OracleError) return error;
  return new OracleError(600, `internal error code, arguments: [${(error as Error).message}]`);
}
