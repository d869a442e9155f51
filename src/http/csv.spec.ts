import { decimal } from '../shared/decimal.js';
import { csvRows } from './csv.js';

describe('a cell of a report', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['\rx', `"'\rx"`],
    ['＝1', "'＝1"],
    ['Scan of a=b', 'Scan of a=b'],
    ["'quoted", "'quoted"],
    ['', ''],
    ['a,b', '"a,b"'],
    ['say "a"', '"say ""a"""'],
    ['scan\n=1+1', '"scan\n=1+1"'],
    ['scan\r=1+1', '"scan\r=1+1"'],
    ['scan\r\n=1+1', '"scan\r\n=1+1"'],
  ])('%j becomes %j', (text, cell) => expect(csvRows([['x', text, 'y']])).toBe(`x,${cell},y\r\n`));

  it('that is a number keeps its minus sign', () => {
    expect(csvRows([[decimal('-5')], [decimal('0.000000001')]])).toBe('-5\r\n0.000000001\r\n');
  });

  it('makes no row of no rows', () => {
    expect(csvRows([])).toBe('');
  });
});
