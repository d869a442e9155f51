import { neutralised } from './csv-cell.js';

describe('a cell of a report', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['\rx', "'\rx"],
    ['＝1', "'＝1"],
    ['Scan of a=b', 'Scan of a=b'],
    ["'quoted", "'quoted"],
    ['', ''],
  ])('%j becomes %j', (text, cell) => expect(neutralised(text)).toBe(cell));
});
