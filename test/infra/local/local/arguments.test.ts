import { expect, it } from 'vitest';
import { parseArguments } from '../../../../infra/local/local/arguments.ts';

it('reads folder and port', () => {
  expect(parseArguments(['--data', 'DIR', '--port=8080'])).toEqual({
    data: 'DIR',
    port: 8080,
    help: false,
  });
  expect(parseArguments([])).toEqual({ help: false });
  expect(parseArguments(['-h'])).toEqual({ help: true });
});

it.each([
  [['--prot', '1'], "Unknown option '--prot'"],
  [['DIR'], 'DIR'],
  [['--data'], '--data'],
  [['--data='], '--data needs a folder'],
  [['--port', '0'], '--port 0 is no port'],
  [['--port', '65536'], '--port 65536 is no port'],
  [['--port', '80a'], '--port 80a is no port'],
])('refuses %j', (args, message) => {
  expect(() => parseArguments(args)).toThrow(message);
});
