import { describe, expect, it } from 'vitest';
import { createScrub } from '../../shared/scrub.ts';

const key = 'MIGjMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiMIGjMFcGCSqGSIb3';
const wallet = `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`;
const scrub = createScrub(['p@ss w&rd', wallet]);
const scrubText = (text: string): string => JSON.parse(scrub({ text })).text;

describe('a known secret is masked', () => {
  it.each([
    ['as it is', 'with p@ss w&rd.', 'with ***.'],
    ['as in a URL', 'https://x/?a=p%40ss%20w%26rd', 'https://x/?a=***'],
    ['a line of a wallet', `no such key ${key}`, 'no such key ***'],
  ])('%s', (_, text, masked) => {
    expect(scrubText(text)).toBe(masked);
  });
});

describe('what looks like a secret is masked', () => {
  it.each([
    [
      'the URI of an upload session',
      'PUT http://h/upload/storage/v1/b/B/o?uploadType=resumable&upload_id=ABg5-xyz failed',
      'PUT http://h/upload/storage/v1/b/B/o?uploadType=resumable&upload_id=*** failed',
    ],
    ['a signed URL', '?X-Goog-Signature=0a1b&x=1', '?X-Goog-Signature=***&x=1'],
    ['a ticket', 'status?job=j&ticket=abc_DEF-1', 'status?job=j&ticket=***'],
    ['an ID token', 'token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln', 'token ***'],
    ['an access token', 'ya29.a0AfH6SMB-x was refused', '*** was refused'],
    [
      'a key of ours, wherever a caller put it by mistake',
      `GET /api/jobs/k-94c1fb473def.${'aB-_'.repeat(10)}xyz`,
      'GET /api/jobs/k-94c1fb473def.***',
    ],
    ['basic authentication', 'Authorization: Basic c2NvdHQ6dGlnZXI=', 'Authorization: Basic ***'],
    ['a quoted password', 'scott/"ti/g@er"@db', 'scott/***@db'],
    ['a password in a URL', 'http://proxy:secret1@host/x', 'http://proxy:***@host/x'],
    ['a descriptor', '(WALLET_PASSWORD = hush)(HOST=h)', '(WALLET_PASSWORD = ***)(HOST=h)'],
    ['JSON', 'body {"password": "a\'b c", "x": 1}', 'body {"password": "***", "x": 1}'],
    [
      'SQL',
      'ALTER USER u IDENTIFIED BY "a b" ACCOUNT UNLOCK',
      'ALTER USER u IDENTIFIED BY *** ACCOUNT UNLOCK',
    ],
  ])('%s', (_, text, masked) => {
    expect(scrubText(text)).toBe(masked);
  });
});

it.each([
  '    at load (/app/node_modules/@google-cloud/firestore/build/src/index.js:1:2)',
  'oracle.password (ORACLE_PASSWORD): is missing',
  'projects/p/locations/r/jobs/oraferry/executions/x',
  'exports/nightly/v000012-3f9c01ab/HR.EMPLOYEES/part-00042-a1.jsonl.gz',
  'Basic facts about tokens and the authorization of nobody',
])('text that holds none stays as it is: %s', (text) => {
  expect(scrubText(text)).toBe(text);
});
