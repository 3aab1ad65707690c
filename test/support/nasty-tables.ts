/**
 * Tables of one's own with values that go wrong easily, as files and, written down by hand from the rules of
 * the formats, as the rows of their export.
 */
export interface NastyTable {
  readonly owner: string;
  readonly table: string;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly nullable?: boolean;
  }[];
  readonly csv: string;
  readonly expected: readonly Readonly<Record<string, unknown>>[];
}

const nines = '9'.repeat(38);

export const nastyTables: readonly NastyTable[] = [
  {
    owner: "A shop's",
    table: 'Odd Name.v2$#',
    columns: [
      { name: 'Id', type: 'NUMBER(3)', nullable: false },
      { name: 'Line 1.txt', type: 'VARCHAR2(60)' },
      { name: 'PADDED', type: 'CHAR(4)' },
      { name: 'NAT', type: 'NVARCHAR2(10)' },
      { name: 'NATP', type: 'NCHAR(3)' },
    ],
    // Other order, byte order mark, CRLF; line breaks, quotes, commas, blanks, a lone CR and a NUL within.
    csv: [
      '\ufeff"Line 1.txt",Id,PADDED,NATP,NAT\r\n',
      '" a ""quoted""\r\nline,\n\twith \u{1f6a2} żółw\u0000\r ",1,ab,ż,"\u{1f6a2}\u4e2d"\r\n',
      '"",002,,"",\r\n',
    ].join(''),
    expected: [
      {
        Id: 1,
        Line_1_txt: ' a "quoted"\r\nline,\n\twith \u{1f6a2} żółw\u0000\r ',
        PADDED: 'ab  ',
        NAT: '\u{1f6a2}\u4e2d',
        NATP: 'ż  ',
      },
      { Id: 2, Line_1_txt: null, PADDED: null, NAT: null, NATP: null },
    ],
  },
  {
    owner: 'HR',
    table: 'numbers',
    columns: [
      { name: 'ANY', type: 'NUMBER' },
      { name: 'WHOLE', type: 'NUMBER(38)' },
      { name: 'MONEY', type: 'NUMBER(10,2)' },
      { name: 'SMALL', type: 'NUMBER(3,5)' },
      { name: 'ROUND', type: 'NUMBER(5,-2)' },
      { name: 'STAR', type: 'NUMBER(*,2)' },
      { name: 'INT', type: 'INTEGER' },
      { name: 'F', type: 'FLOAT(53)' },
    ],
    csv: [
      'ANY,WHOLE,MONEY,SMALL,ROUND,STAR,INT,F\n',
      `-1e-130,${nines},-99999999.99,0.00999,9999900,${nines.slice(2)}.99,-${nines},1.5E10\n`,
      `${nines.slice(0, 20)}.${nines.slice(20)},-${nines},1e2,-.00001,-100,-.5,0,-0.1\n`,
      '1E125,-0,00012.50,+0,0,5.,1e3,\n',
      ',,,,,,,\n',
    ].join(''),
    expected: [
      {
        ANY: `-0.${'0'.repeat(129)}1`,
        WHOLE: nines,
        MONEY: -99999999.99,
        SMALL: 0.00999,
        ROUND: 9999900,
        STAR: `${nines.slice(2)}.99`,
        INT: `-${nines}`,
        F: '15000000000',
      },
      {
        ANY: `${nines.slice(0, 20)}.${nines.slice(20)}`,
        WHOLE: `-${nines}`,
        MONEY: 100,
        SMALL: -0.00001,
        ROUND: -100,
        STAR: '-0.5',
        INT: '0',
        F: '-0.1',
      },
      {
        ANY: `1${'0'.repeat(125)}`,
        WHOLE: '0',
        MONEY: 12.5,
        SMALL: 0,
        ROUND: 0,
        STAR: '5',
        INT: '1000',
        F: null,
      },
      {
        ANY: null,
        WHOLE: null,
        MONEY: null,
        SMALL: null,
        ROUND: null,
        STAR: null,
        INT: null,
        F: null,
      },
    ],
  },
  {
    owner: 'HR',
    table: 'Times & bytes',
    columns: [
      { name: 'D', type: 'DATE' },
      { name: 'T0', type: 'TIMESTAMP(0)' },
      { name: 'T6', type: 'TIMESTAMP' },
      { name: 'T9', type: 'TIMESTAMP(9)' },
      { name: 'R', type: 'RAW(4)' },
      { name: 'B', type: 'BLOB' },
      { name: 'C', type: 'CLOB' },
      { name: 'NC', type: 'NCLOB' },
    ],
    csv: [
      'D,T0,T6,T9,R,B,C,NC\n',
      '2024-02-29,1999-12-31T23:59:59,2024-02-29T23:59:58.123456,0001-01-01 00:00:00.000000001,',
      `00fF,${'00FF'.repeat(20_000)},"${'\u{1f6a2}""\n'.repeat(9_000)}",ż\n`,
      '9999-12-31 23:59:59,2024-02-29,1582-10-15T00:00:00.5,2024-02-29T00:00:00.120000000,"","",,""\n',
    ].join(''),
    expected: [
      {
        D: '2024-02-29T00:00:00',
        T0: '1999-12-31T23:59:59',
        T6: '2024-02-29T23:59:58.123456',
        T9: '0001-01-01T00:00:00.000000001',
        R: 'AP8=',
        B: Buffer.from('00ff'.repeat(20_000), 'hex').toString('base64'),
        C: '\u{1f6a2}"\n'.repeat(9_000),
        NC: 'ż',
      },
      {
        D: '9999-12-31T23:59:59',
        T0: '2024-02-29T00:00:00',
        T6: '1582-10-15T00:00:00.500000',
        T9: '2024-02-29T00:00:00.120000000',
        R: null,
        B: null,
        C: null,
        NC: null,
      },
    ],
  },
];
