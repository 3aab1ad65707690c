type Environment = Readonly<Record<string, string | undefined>>;

const prefix = 'ORACLE_TEST_';
const needed = ['CONNECT_STRING', 'USER', 'PASSWORD'].map((name) => prefix + name);

/** What there is to say to somebody who wants the tests on a real Oracle. */
export const howToName = `Name the real Oracle by ${needed.join(', ')}; see README, "A real Oracle".`;

/**
 * The variables by which product code finds the real Oracle that ORACLE_TEST_… name: each of these without its
 * TEST_, so that ORACLE_TEST_WALLET_LOCATION and the like are possible, too, and TNS_ADMIN as it is. Undefined when
 * none of the needed ones is set; throws an Error when only some are.
 */
export function realEnvironment(env: Environment): Record<string, string> | undefined {
  const missing = needed.filter((name) => !env[name]);
  if (missing.length === needed.length) return undefined;
  if (missing.length > 0) throw new Error(`${missing.join(', ')} not set. ${howToName}`);
  const settings = Object.entries(env).flatMap(([name, value]) =>
    name.startsWith(prefix) && value ? [[name.replace(prefix, 'ORACLE_'), value]] : [],
  );
  const { TNS_ADMIN } = env;
  return { ...Object.fromEntries(settings), ...(TNS_ADMIN && { TNS_ADMIN }) };
}
