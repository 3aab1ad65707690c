import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

/** What is used of https://cloud.google.com/build/docs/build-config-file-schema */
const seconds = z.string().regex(/^\d+s$/);
const step = z.strictObject({
  id: z.string(),
  name: z.string(),
  waitFor: z.array(z.string()),
  env: z.array(z.string().regex(/^[A-Z_]+=./)).default([]),
  volumes: z.array(z.strictObject({ name: z.string(), path: z.string() })).default([]),
  script: z.string(),
  timeout: seconds,
});
const build = z.strictObject({
  substitutions: z.record(z.string().regex(/^_[A-Z0-9_]+$/), z.string()),
  options: z.strictObject({ machineType: z.string(), logging: z.string() }),
  timeout: seconds,
  steps: z.array(step),
});

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const text = read('cloudbuild.yaml');
const { steps, substitutions, timeout } = build.parse(parse(text));
const scripts = steps.map(({ script }) => script);
const found = (pattern: RegExp, source: string) =>
  [...source.matchAll(pattern)].map(([, group]) => group);

describe('cloudbuild.yaml', () => {
  it('uses the substitutions that it declares, and declares those that it uses', () => {
    const used = new Set(found(/\$\{?(_[A-Z0-9_]+)/g, text));
    expect([...used].toSorted()).toEqual(Object.keys(substitutions).toSorted());
  });

  it('has no substitution within a script, where none is made', () => {
    for (const script of scripts) expect(script).not.toMatch(/\$\{?_[A-Z]/);
  });

  it('lets every step wait for steps before it, each of a name of its own', () => {
    const ids = steps.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [index, { waitFor }] of steps.entries()) {
      expect(['-', ...ids.slice(0, index)]).toEqual(expect.arrayContaining(waitFor));
    }
  });

  it('shares every volume between steps, as Cloud Build demands', () => {
    const names = steps.flatMap(({ volumes }) => volumes.map(({ name }) => name));
    for (const name of names)
      expect(names.filter((other) => other === name).length).toBeGreaterThan(1);
  });

  it('gives the steps that follow each other no more time than the whole build', () => {
    const of = (id: string): number => {
      const { timeout: own = '', waitFor = [] } = steps.find((other) => other.id === id) ?? {};
      return Number.parseInt(own, 10) + Math.max(0, ...waitFor.filter((w) => w !== '-').map(of));
    };
    const slowest = Math.max(...steps.map(({ id }) => of(id)));
    expect(slowest).toBeLessThanOrEqual(Number.parseInt(timeout, 10));
  });

  it('calls scripts of package.json that exist, and all that .ci/run calls', () => {
    const called = found(/npm run ([\w:-]+)/g, text);
    expect(Object.keys(JSON.parse(read('package.json')).scripts)).toEqual(
      expect.arrayContaining(called),
    );
    const commands = found(/(npm (?:ci|test|run [\w:-]+))/g, read('.ci/run'));
    expect(scripts.map((script) => script.trim())).toEqual(expect.arrayContaining(commands));
  });

  it.each(steps)(
    'has a script at $id that its shell can read, on files that exist',
    ({ script }) => {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
      for (const file of found(/((?:infra|test)\/[\w./-]+)/g, script)) {
        expect(existsSync(new URL(`../${file}`, import.meta.url))).toBe(true);
      }
    },
  );

  it('holds no password, and hands the one that it makes to what the set-up script asks for', () => {
    expect(found(/PASSWORD=([^\s"]+)/gi, text)).toEqual(['$(new_password)', '$(cat']);
    const asked = new Set(found(/&(\w+)/g, read('infra/oracle/test-schema.sql')));
    expect(new Set(found(/DEFINE (\w+) = /g, text))).toEqual(asked);
  });
});
