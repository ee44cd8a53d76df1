import { describe, expect, it } from 'vitest';
import { readHead } from './head.ts';

describe('the top of an article', () => {
  it.each([
    ['colons inside the bold', '**Author: Ada Lovelace**\n**Date: 2021-03-04**'],
    ['colons outside the bold', '**Author**: Ada Lovelace\n**Date**: 2021-03-04'],
    ['colons inside, values outside', '**Author:** Ada Lovelace\n**Date:** March 4, 2021'],
    ['paragraphs of their own', '**Author: Ada Lovelace**\n\n**Date: 2021-03-04**'],
    ['date first', '**Date:** 2021-03-04\n\n**Author:** Ada Lovelace'],
    ['one line', '**Author: Ada Lovelace** | **Date: 2021-03-04**'],
    ['one line, one bold', '**Author: Ada Lovelace, Date: 2021-03-04**'],
    ['bold and italics', '**_Author: Ada Lovelace_**\n\n*Published on: 2021-03-04*'],
    ['underscores', '__Author__: Ada Lovelace\n__Published__: 2021-03-04'],
    ['no bold', 'Author: Ada Lovelace\nDate: 4 March 2021'],
    ['no colon', '**Author** Ada Lovelace\n\n**Date: 2021-03-04**'],
    ['by', '*By Ada Lovelace*\n\n*Published on 2021-03-04*'.replace('on 2021', 'on: 2021')],
    ['trailing blanks', '**Author: Ada Lovelace**  \n**Date: 2021-03-04**  '],
  ])('gives title, author and date with %s', (_, lines) => {
    const head = readHead(`# On sleep\n\n${lines}\n\nFirst words.\n`);
    expect(head).toMatchObject({ title: 'On sleep', date: '2021-03-04T00:00:00.000Z', body: 'First words.' });
    expect(head.authors).toMatch(/^Ada Lovelace/);
  });

  it('joins a byline that is broken over lines', () => {
    expect(
      readHead(
        '# T\n\n**Authors: Ada Lovelace, Engineer @ Acme, Grace Hopper, Senior\nEngineer @ Navy**\n\nText',
      ).authors?.replace('\n', ' '),
    ).toBe('Ada Lovelace, Engineer @ Acme, Grace Hopper, Senior Engineer @ Navy');
    expect(readHead('**_Author: [Ada](https://example.org) (Acme,\nfor the users)_**\n\nText', 'T')).toEqual({
      authors: '[Ada](https://example.org) (Acme,\nfor the users)',
      body: 'Text',
    });
    expect(readHead('**Authors:** Ada,\nGrace and\nJean\nFirst words.', 'T')).toEqual({
      authors: 'Ada, Grace and Jean',
      body: 'First words.',
    });
  });

  it('keeps addresses with underscores and colons as they are', () => {
    expect(
      readHead('**Author: [Ada](https://example.org/ada_l_), [Grace](https://example.org/g_)**\n\nText', 'T').authors,
    ).toBe('[Ada](https://example.org/ada_l_), [Grace](https://example.org/g_)');
  });

  it('is looked through past pictures, admonitions and HTML, which stay', () => {
    const body = '# T\n\n![Picture](a.png)\n\n!!! note\n    Old.\n\n**Author: Ada**\n\nText';
    expect(readHead(body)).toEqual({
      title: 'T',
      authors: 'Ada',
      body: '![Picture](a.png)\n\n!!! note\n    Old.\n\nText',
    });
  });

  it('ends at the first ordinary text: what looks like a byline below stays', () => {
    const body = 'Text.\n\n**Author: Ada**\n\n**Date: 2021-03-04**';
    expect(readHead(body, 'T')).toEqual({ body });
  });

  it.each([
    '**By default**, functions sleep.',
    '**Date: May 18–20, Valencia**',
    '**Dates to remember:** many',
    'By the way: hello',
    '**Authorship** matters',
  ])('does not take %j for a byline', (line) =>
    expect(readHead(`${line}\n\nText`, 'T')).toEqual({ body: `${line}\n\nText` }),
  );

  it('keeps the text that follows a byline in the same paragraph', () => {
    expect(readHead('**Author: Ada**\nFirst words.', 'T')).toEqual({ authors: 'Ada', body: 'First words.' });
  });

  it('takes a setext heading, and one with closing marks, for the title', () => {
    expect(readHead('On sleep\n========\n\nText')).toEqual({ title: 'On sleep', body: 'Text' });
    expect(readHead('## On sleep ##\n\nText')).toEqual({ title: 'On sleep', body: 'Text' });
  });

  it('takes a first heading of the same words away when the title is known, and keeps any other', () => {
    expect(readHead('# On *Sleep*!\n\nText', 'On sleep')).toMatchObject({ body: 'Text' });
    expect(readHead('# Details\n\nText', 'On sleep')).toEqual({ body: '# Details\n\nText' });
  });

  it('without a heading there has the title of the first one below, not of a comment in code', () => {
    expect(readHead('Text\n\n```sh\n# install\n```\n\n# On sleep\n\nMore')).toEqual({
      title: 'On sleep',
      body: 'Text\n\n```sh\n# install\n```\n\n\nMore',
    });
    expect(readHead('Text\n\n## First\n\nMore')).toEqual({ title: 'First', body: 'Text\n\n## First\n\nMore' });
    expect(readHead('Text')).toEqual({ body: 'Text' });
  });
});
