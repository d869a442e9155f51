import { toLatinText } from './latin-text.js';

describe('text in the standard PDF fonts', () => {
  it.each([
    ['São João & Müller – “Straße” € 5', 'São João & Müller – “Straße” € 5'],
    ['e\u0301', 'é'],
    ['Łódź, Erdős, Dvořák', 'Lódz, Erdos, Dvorák'],
    ['日本 Ελλάδα 🙂', '?? ?????? ?'],
    ['a\tb\nc\u0000', 'a b c?'],
    ['ﬁ', 'fi'],
  ])('%j is %j', (text, shown) => {
    expect(toLatinText(text)).toBe(shown);
  });
});
