/** Makes a queue: operations begin one after the other, in the order of the calls, whether or not those before failed. */
export function createTurns(): <T>(operation: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (operation) => {
    const result = last.then(operation, operation);
    last = result;
    return result;
  };
}
