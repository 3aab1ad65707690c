import {
  AggregateField,
  FieldValue,
  Filter,
  type Firestore,
  type Query,
  Timestamp,
} from '@google-cloud/firestore';
import { beforeAll, expect, it } from 'vitest';

const ids = async (query: Query) => (await query.get()).docs.map((doc) => doc.id);

export function firestoreQueries(connect: () => Firestore) {
  let db: Firestore;

  beforeAll(async () => {
    db = connect();
    await writeValues(db);
    await writePeople(db);
    await db.doc('people/ann/pets/rex').set({ kind: 'dog' });
    await db.doc('ghosts/casper/pets/tom').set({ kind: 'cat' });
  });

  filters(() => db.collection('values'));
  orders(() => db);
  pages(() => db.collection('people'));
  collections(() => db);
}

/** Slow on any server: the client repeats every refused query for some seconds. */
export function firestoreRefusals(connect: () => Firestore) {
  it('does not order by document name alone backwards', async () => {
    const backwards = connect().collection('c').orderBy('__name__', 'desc');
    await expect(backwards.get()).rejects.toMatchObject({ code: 9 });
  });
}

async function writeValues(db: Firestore) {
  const values = db.collection('values');
  const batch = db.batch();
  batch.set(values.doc('missing'), { other: 1 });
  const typed = {
    null: null,
    bool: true,
    nan: Number.NaN,
    one: 1,
    half: 2.5,
    ts: new Timestamp(1, 0),
    str: 'a',
    bytes: Buffer.from('a'),
    ref: values.doc('one'),
    array: [1, 'a', { k: 1 }],
    vector: FieldValue.vector([1, 2]),
    map: { k: 1 },
  };
  for (const [id, x] of Object.entries(typed)) batch.set(values.doc(id), { x });
  await batch.commit();
}

async function writePeople(db: Firestore) {
  const people = db.collection('people');
  const batch = db.batch();
  batch.set(people.doc('ann'), { name: 'Ann', age: 30, city: { name: 'Rome' } });
  batch.set(people.doc('bob'), { name: 'Bob', age: 20, city: { name: 'Oslo' } });
  batch.set(people.doc('cid'), { name: 'Cid', age: 30, city: { name: 'Oslo' } });
  batch.set(people.doc('dan'), { name: 'Dan', age: 40 });
  batch.set(people.doc('eve'), { name: 'Eve' });
  await batch.commit();
}

const NOT_NULL = [
  'bool',
  'nan',
  'one',
  'half',
  'ts',
  'str',
  'bytes',
  'ref',
  'array',
  'vector',
  'map',
];
const except = (...left: string[]) => NOT_NULL.filter((id) => !left.includes(id));

function filters(values: () => Query) {
  const cases: [string, (query: Query) => Query, string[]][] = [
    ['== a number', (q) => q.where('x', '==', 1.0), ['one']],
    ['== a map', (q) => q.where('x', '==', { k: 1 }), ['map']],
    ['== null', (q) => q.where('x', '==', null), ['null']],
    ['== NaN', (q) => q.where('x', '==', Number.NaN), ['nan']],
    ['!= null', (q) => q.where('x', '!=', null), NOT_NULL],
    ['!= NaN', (q) => q.where('x', '!=', Number.NaN), except('nan')],
    ['!= a number', (q) => q.where('x', '!=', 1), except('one')],
    ['<', (q) => q.where('x', '<', 2.5), ['one']],
    ['<=', (q) => q.where('x', '<=', 2.5), ['one', 'half']],
    ['>', (q) => q.where('x', '>', 1), ['half']],
    ['>= text', (q) => q.where('x', '>=', ''), ['str']],
    ['in', (q) => q.where('x', 'in', [1, 'a', null, Number.NaN]), ['one', 'str']],
    ['not-in', (q) => q.where('x', 'not-in', [1, 'a']), except('one', 'str')],
    ['not-in with null', (q) => q.where('x', 'not-in', [1, null]), []],
    ['array-contains', (q) => q.where('x', 'array-contains', { k: 1 }), ['array']],
    ['array-contains-any', (q) => q.where('x', 'array-contains-any', [7, 'a']), ['array']],
    ['two bounds', (q) => q.where('x', '>', 0).where('x', '<', 2), ['one']],
  ];

  it.each(cases)('where %s', async (_, narrow, expected) => {
    const found = await ids(narrow(values()));
    expect(found.sort()).toEqual([...expected].sort());
  });

  it('combines filters with and, or', async () => {
    const either = Filter.or(
      Filter.where('x', '==', 1),
      Filter.and(Filter.where('other', '==', 1), Filter.where('other', 'in', [1, 2])),
    );
    expect(await ids(values().where(either))).toEqual(['missing', 'one']);
  });
}

function orders(db: () => Firestore) {
  const people = () => db().collection('people');

  it('orders values across types and leaves out documents without the field', async () => {
    const expected = ['null', ...NOT_NULL];
    expect(await ids(db().collection('values').orderBy('x'))).toEqual(expected);
    const descending = await ids(db().collection('values').orderBy('x', 'desc'));
    expect(descending).toEqual(expected.toReversed());
  });

  it('orders by several fields, then by name in the direction of the last', async () => {
    expect(await ids(people().orderBy('age'))).toEqual(['bob', 'ann', 'cid', 'dan']);
    expect(await ids(people().orderBy('age', 'desc'))).toEqual(['dan', 'cid', 'ann', 'bob']);
    const mixed = people().orderBy('age', 'desc').orderBy('name');
    expect(await ids(mixed)).toEqual(['dan', 'ann', 'cid', 'bob']);
  });

  it('orders by the field of an inequality and by nested fields', async () => {
    expect(await ids(people().where('age', '>', 20))).toEqual(['ann', 'cid', 'dan']);
    expect(await ids(people().orderBy('city.name'))).toEqual(['bob', 'cid', 'ann']);
  });

  it('orders strings by their UTF-8 bytes', async () => {
    const words = db().collection('words');
    const inOrder = ['', 'A', 'a', 'aa', 'é', '\uffee', '😀'];
    await Promise.all(inOrder.map((word, i) => words.doc(`w${i}`).set({ word })));
    const found = await words.orderBy('word').get();
    expect(found.docs.map((doc) => doc.get('word'))).toEqual(inOrder);
  });

  it('filters and orders by document name', async () => {
    const byName = people().orderBy('__name__').where('__name__', '>=', people().doc('cid'));
    expect(await ids(byName)).toEqual(['cid', 'dan', 'eve']);
  });
}

function pages(people: () => Query) {
  it('limits, skips and takes the last', async () => {
    const byAge = people().orderBy('age');
    expect(await ids(byAge.limit(2))).toEqual(['bob', 'ann']);
    expect(await ids(byAge.offset(1).limit(2))).toEqual(['ann', 'cid']);
    expect(await ids(byAge.limitToLast(2))).toEqual(['cid', 'dan']);
  });

  it('starts and ends at cursors, inclusive or not', async () => {
    const byAge = people().orderBy('age');
    expect(await ids(byAge.startAt(30))).toEqual(['ann', 'cid', 'dan']);
    expect(await ids(byAge.startAfter(30))).toEqual(['dan']);
    expect(await ids(byAge.endAt(30))).toEqual(['bob', 'ann', 'cid']);
    expect(await ids(byAge.endBefore(30))).toEqual(['bob']);
    const descending = people().orderBy('age', 'desc').orderBy('__name__');
    expect(await ids(descending.startAfter(30, 'ann'))).toEqual(['cid', 'bob']);
  });

  it('pages through a result by snapshots without losing or repeating', async () => {
    const seen: string[] = [];
    let page = await people().orderBy('age', 'desc').limit(1).get();
    while (page.docs[0]) {
      seen.push(page.docs[0].id);
      page = await people().orderBy('age', 'desc').startAfter(page.docs[0]).limit(1).get();
    }
    expect(seen).toEqual(['dan', 'cid', 'ann', 'bob']);
  });

  it('selects fields, nested ones too, or none', async () => {
    const ann = people().where('name', '==', 'Ann');
    const data = async (query: Query) => (await query.get()).docs.map((doc) => doc.data());
    expect(await data(ann.select('age', 'city.name'))).toEqual([
      { age: 30, city: { name: 'Rome' } },
    ]);
    expect(await data(ann.select())).toEqual([{}]);
  });

  it('counts and sums', async () => {
    expect((await people().count().get()).data().count).toBe(5);
    expect((await people().where('age', '>', 99).count().get()).data().count).toBe(0);
    expect((await people().limit(2).count().get()).data().count).toBe(2);
    const total = await people()
      .aggregate({ total: AggregateField.sum('age') })
      .get();
    expect(total.data().total).toBe(120);
  });

  it('answers with a read time even when nothing is found', async () => {
    const nothing = await people().where('name', '==', 'Zoe').get();
    expect(nothing.empty).toBe(true);
    expect(nothing.readTime.toMillis()).toBeGreaterThan(0);
  });
}

function collections(db: () => Firestore) {
  it('finds a collection group wherever it lies, and pages through it', async () => {
    const pets = db().collectionGroup('pets');
    expect(await ids(pets)).toEqual(['tom', 'rex']);
    expect(await ids(pets.where('kind', '==', 'dog'))).toEqual(['rex']);
    const after = db().doc('ghosts/casper/pets/tom');
    expect(await ids(pets.orderBy('__name__').startAfter(after))).toEqual(['rex']);
  });

  it('keeps subcollections apart from their collection', async () => {
    expect(await ids(db().collection('people/ann/pets'))).toEqual(['rex']);
    expect(await ids(db().collection('people/bob/pets'))).toEqual([]);
  });

  it('lists collections and documents, also those that only have subcollections', async () => {
    const names = (refs: { id: string }[]) => refs.map(({ id }) => id);
    expect(names(await db().listCollections())).toEqual(
      expect.arrayContaining(['ghosts', 'people']),
    );
    expect(names(await db().doc('people/ann').listCollections())).toEqual(['pets']);
    expect(names(await db().collection('ghosts').listDocuments())).toEqual(['casper']);
  });
}
