import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type Endpoints,
  publish,
  refuseSecond,
  withdraw,
} from '../../../../infra/local/local/endpoints.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'endpoints-'));
  file = join(folder, '.local', 'endpoints.json');
});

afterEach(() => rmSync(folder, { recursive: true }));

const endpoints: Endpoints = {
  api_url: 'http://127.0.0.1:1',
  api_key: 'id.secret',
  gcs_url: 'http://127.0.0.1:2',
  bucket: 'b',
  bucket_dir: '/b',
  oracle: { connect_string: '127.0.0.1:3/X', user: 'U', password: 'p', wallet_dir: null },
  pid: process.pid,
};

it('is for its owner only, stands alone, and goes', () => {
  refuseSecond(file);
  publish(file, endpoints);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(endpoints);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, '.local'))).toEqual(['endpoints.json']);
  withdraw(file);
  expect(readdirSync(join(folder, '.local'))).toEqual([]);
  withdraw(file);
});

it.each([
  ['of a dead process', () => JSON.stringify({ pid: spawnSync('true').pid })],
  ['that says nothing', () => '{}'],
  ['that was cut', () => '{"pid":'],
])('replaces a file %s', (_, content) => {
  publish(file, endpoints);
  writeFileSync(file, content());
  refuseSecond(file);
  publish(file, endpoints);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(endpoints);
});

it('leaves the file of a living process alone, and names the process', () => {
  const others = { ...endpoints, pid: process.ppid };
  publish(file, others);
  const message = `the local stack runs already, as process ${process.ppid}`;
  expect(() => refuseSecond(file)).toThrow(message);
  expect(() => publish(file, endpoints)).toThrow(message);
  withdraw(file);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(others);
  expect(readdirSync(join(folder, '.local'))).toEqual(['endpoints.json']);
});
