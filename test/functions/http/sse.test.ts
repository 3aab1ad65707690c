import fc from 'fast-check';
import { expect, test } from 'vitest';
import { acceptsEvents, formatEvent, ping, retryAfter } from '../../../functions/http/sse.ts';
import { createEventParser } from '../events.ts';

const seed = Date.now();
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\n', '\r', ':', ' ', 'data', '\0', '\u2028') }),
);

test(`whatever the data hold, one event arrives with the same data (seed ${seed})`, () => {
  const check = fc.property(text, fc.jsonValue(), text, (id, value, key) => {
    const data = { [key]: value, text: key };
    const parser = createEventParser();
    parser.push(formatEvent({ event: 'progress', id: id.replace(/[\r\n\0]/g, ''), data }));
    expect(parser.events).toHaveLength(1);
    expect(parser.events[0]?.event).toBe('progress');
    expect(JSON.stringify(parser.events[0]?.data)).toBe(JSON.stringify(data));
  });
  fc.assert(check, { seed, numRuns: 500 });
});

test(`nothing in a name or an id begins a line or an event of its own (seed ${seed})`, () => {
  const check = fc.property(text, text, (event, id) => {
    const parser = createEventParser();
    parser.push(formatEvent({ event, id, data: 1 }) + formatEvent({ event: 'next', data: 2 }));
    expect(parser.events.map(({ data }) => data)).toEqual([1, 2]);
    expect(parser.events[1]).toEqual({ event: 'next', data: 2 });
  });
  fc.assert(check, { seed, numRuns: 500 });
});

test(`an event arrives the same however it is cut into chunks (seed ${seed})`, () => {
  const frames = formatEvent({ event: 'a', id: '1', data: { x: 'é' } }) + ping + retryAfter(5);
  const check = fc.property(fc.nat(frames.length), (at) => {
    const parser = createEventParser();
    parser.push(frames.slice(0, at));
    parser.push(frames.slice(at));
    expect(parser.events).toEqual([{ event: 'a', id: '1', data: { x: 'é' } }]);
    expect(parser.lastEventId()).toBe('1');
  });
  fc.assert(check, { seed, numRuns: 100 });
});

test('only an Accept header that names event streams asks for one', () => {
  const asking = ['text/event-stream', 'Text/Event-Stream; q=0.1', 'a/b,text/event-stream;x=1'];
  const others = [undefined, '', '*/*', 'text/*', 'text/event-streams', 'text/event-stream;q=0.00'];
  expect(asking.filter((accept) => !acceptsEvents(accept))).toEqual([]);
  expect(others.filter(acceptsEvents)).toEqual([]);
});
