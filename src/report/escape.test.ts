import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clipped, escapeHtml, escapeMarkdown, markdownCode, visible, visibleBlock, visibleName } from './escape.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const nothingUnseen = /^(?:\uFE0F|[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}])*$/u;

describe('what people see', () => {
  test('F126 terminal sequences leave no trace, and what is left of a broken one is shown', () => {
    expect(visible('\u001b[31mred\u001b[0m')).toBe('red');
    expect(visible('\u001b]0;owned\u0007title')).toBe('title');
    expect(visible('\u001b]8;;http://evil.example\u001b\\here\u001b]8;;\u001b\\')).toBe('here');
    expect(visible('\u001b]52;c;cm0gLXJm\u0007paste')).toBe('paste');
    expect(visible('\u009b2Jgone')).toBe('gone');
    expect(visible('\u001b\u001b[0m[2Jx')).toBe('⟨U+001B⟩[2Jx');
    expect(visible('bell\u0007 back\u0008')).toBe('bell⟨U+0007⟩ back⟨U+0008⟩');
  });

  test('F128 what turns or hides text is shown by its number', () => {
    expect(visible('safe\u202Egnp.exe')).toBe('safe⟨U+202E⟩gnp.exe');
    expect(visible('ad\u200Bmin')).toBe('ad⟨U+200B⟩min');
    expect(visible('tag\u{E0041}')).toBe('tag⟨U+E0041⟩');
    expect(visible('half\uD800')).toBe('half⟨U+D800⟩');
    expect(visible('warning ⚠\uFE0F')).toBe('warning ⚠\uFE0F');
  });

  test('F128 a name that mixes alphabets shows the foreign letters; a name in one alphabet stays', () => {
    expect(visibleName('p\u0430ypal')).toBe('p⟨U+0430⟩ypal');
    expect(visibleName('Ольга')).toBe('Ольга');
    expect(visibleName('Zoë Müller')).toBe('Zoë Müller');
  });

  test('F126 F128 whatever comes in, one visible line comes out, and a second pass changes nothing', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = visible(text);
        expect(shown).toMatch(nothingUnseen);
        expect(visible(shown)).toBe(shown);
      }),
    );
  });

  test('a block keeps its lines and tabs and nothing else', () => {
    expect(visibleBlock('a\r\n\tb\u001b[1mc\u0000')).toBe('a\n\tbc⟨U+0000⟩');
  });

  test('a cut never splits a character and says what is missing', () => {
    expect(clipped('ab😀cd', 3)).toBe('ab… (4 characters more)');
    expect(clipped('abc', 3)).toBe('abc');
  });
});

describe('markup', () => {
  test('F127 escaped text holds nothing that opens a tag, ends an attribute or begins an entity by itself', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"'`]|&(?!(?:amp|lt|gt|quot|#39|#96);)/);
      }),
    );
  });

  test('F127 Markdown: no link, image, code, table bar, heading or HTML comes out of a text', () => {
    expect(escapeMarkdown('![x](javascript:alert(1)) <img src=x> a|b `c` **d**')).toBe(
      '\\!\\[x\\](javascript:alert(1)) &lt;img src=x&gt; a\\|b \\`c\\` \\*\\*d\\*\\*',
    );
    expect(escapeMarkdown('@team #12')).toBe('@<!-- -->team #<!-- -->12');
  });

  test('F127 no backtick, bar or backslash ends a code span or a table cell', () => {
    expect(markdownCode('integration/api')).toBe('`integration/api`');
    expect(markdownCode('a`b')).toBe('<code>a&#96;b</code>');
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('`', 'a', ' ', '|', '\n', '\\', '<', '&'), maxLength: 20 }),
        (text) => {
          expect(markdownCode(text)).toMatch(/^(?:`[^`|\\<>&\n]+`|<code>(?:[a ]|&#\d+;)*<\/code>)$/);
        },
      ),
    );
  });
});
