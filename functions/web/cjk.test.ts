import { expect, test } from 'vitest';
import { renderMarkdown } from './markdown.ts';

const [open, close] = ['<strong>', '</strong>'];

/** What it says, and the same with `⟨…⟩` for bold text. */
const bold: readonly (readonly [string, string])[] = [
  // Japanese
  ['**この文は重要です。**この文は', '⟨この文は重要です。⟩この文は'],
  ['これは**「重要」**です', 'これは⟨「重要」⟩です'],
  ['**「重要」**です', '⟨「重要」⟩です'],
  ['これは**（重要）**な', 'これは⟨（重要）⟩な'],
  ['**重要！**だから', '⟨重要！⟩だから'],
  ['**重要？**かもしれない', '⟨重要？⟩かもしれない'],
  ['これは**『本』**、そして**【注】**。', 'これは⟨『本』⟩、そして⟨【注】⟩。'],
  ['**Markdown（マークダウン）**は', '⟨Markdown（マークダウン）⟩は'],
  ['**「A」と「B」**を', '⟨「A」と「B」⟩を'],
  ['彼は**"はい"**と言った', '彼は⟨&quot;はい&quot;⟩と言った'],
  ['価格は**¥100**です', '価格は⟨¥100⟩です'],
  ['**重要…**です', '⟨重要…⟩です'],
  ['**重要。**Next', '⟨重要。⟩Next'],
  ['Next**「重要」**Next', 'Next⟨「重要」⟩Next'],
  ['**太字**普通', '⟨太字⟩普通'],
  ['**あ**い**う**え', '⟨あ⟩い⟨う⟩え'],
  ['**重要**：説明', '⟨重要⟩：説明'],
  ['**重要：**説明', '⟨重要：⟩説明'],
  ['**第１条**（目的）', '⟨第１条⟩（目的）'],
  ['**東京**・**大阪**', '⟨東京⟩・⟨大阪⟩'],
  ['**カタカナ（全角）**と**ｶﾀｶﾅ(半角)**と', '⟨カタカナ（全角）⟩と⟨ｶﾀｶﾅ(半角)⟩と'],
  ['**葛󠄀城市（奈良）**で', '⟨葛󠄀城市（奈良）⟩で'],
  // Chinese
  ['**注意：**请先备份', '⟨注意：⟩请先备份'],
  ['**“重要”**的是', '⟨“重要”⟩的是'],
  ['这是**“重要”**的', '这是⟨“重要”⟩的'],
  ['**（重要）**内容', '⟨（重要）⟩内容'],
  ['**《红楼梦》**是', '⟨《红楼梦》⟩是'],
  ['他说：**“你好。”**然后', '他说：⟨“你好。”⟩然后'],
  ['**请注意！**不要', '⟨请注意！⟩不要'],
  ['**1.**第一点', '⟨1.⟩第一点'],
  ['**A+**级', '⟨A+⟩级'],
  ['**50%**的人', '⟨50%⟩的人'],
  ['**HTML/CSS**的', '⟨HTML/CSS⟩的'],
  ['**C++**语言', '⟨C++⟩语言'],
  ['**繁體「字」**也', '⟨繁體「字」⟩也'],
  ['**重点**——说明', '⟨重点⟩——说明'],
  ['中文**bold**中文', '中文⟨bold⟩中文'],
  ['𠮷**“野”**家', '𠮷⟨“野”⟩家'],
  // Korean
  ['**“중요”**합니다', '⟨“중요”⟩합니다'],
  ["**'중요'**는", "⟨'중요'⟩는"],
  ['**중요(重要)**합니다', '⟨중요(重要)⟩합니다'],
  ['**스크립트(script)**를', '⟨스크립트(script)⟩를'],
  ['**100%**입니다', '⟨100%⟩입니다'],
  ['**C#**으로', '⟨C#⟩으로'],
  ['**Knative!**라고', '⟨Knative!⟩라고'],
  ['**“A”**와 **“B”**를', '⟨“A”⟩와 ⟨“B”⟩를'],
  ['**굵게**보통', '⟨굵게⟩보통'],
  // Bold text that does not touch letters of these scripts is as CommonMark says.
  ['**“quoted”**text', '**“quoted”**text'],
  ['a ** b ** c', 'a ** b ** c'],
  ['한국어 ** 가 ** 나', '한국어 ** 가 ** 나'],
];

const other: readonly (readonly [string, string])[] = [
  ['*「強調」*する', '<em>「強調」</em>する'],
  ['*“斜体”*文字', '<em>“斜体”</em>文字'],
  ['*(참고)*는', '<em>(참고)</em>는'],
  ['中文*em*中文', '中文<em>em</em>中文'],
  ['***「両方」***です', '<em><strong>「両方」</strong></em>です'],
  ['***“둘 다”***입니다', '<em><strong>“둘 다”</strong></em>입니다'],
  ['~~「古い」~~新しい', '<s>「古い」</s>新しい'],
  ['~~（删除）~~文字', '<s>（删除）</s>文字'],
  ['~~"옛것"~~은', '<s>&quot;옛것&quot;</s>은'],
  ['**[リンク](/a)**です', '<strong><a href="/a">リンク</a></strong>です'],
  ['**[链接](/b)。**然后', '<strong><a href="/b">链接</a>。</strong>然后'],
  ['이것은 **[링크](/c)**입니다', '이것은 <strong><a href="/c">링크</a></strong>입니다'],
  ['**`コード`**です', '<strong><code>コード</code></strong>です'],
  ['**`npm ci`。**然后', '<strong><code>npm ci</code>。</strong>然后'],
  // An underscore within a word stays one, in every script: names of variables have them.
  ['_「強調」_する', '_「強調」_する'],
  ['한국어_snake_case_이름', '한국어_snake_case_이름'],
  // A tilde alone is a range.
  ['3~5일, 7~9일', '3~5일, 7~9일'],
];

test('there are more than 60 cases', () => expect(bold.length + other.length).toBeGreaterThanOrEqual(60));

test.each([...bold, ...other])('%s', async (markdown, expected) => {
  const html = `<p>${expected.replaceAll('⟨', open).replaceAll('⟩', close)}</p>\n`;
  expect((await renderMarkdown(markdown)).html.replaceAll('"', '&quot;')).toBe(html.replaceAll('"', '&quot;'));
});

test.each([
  ['日本語の文が\n続きます', '日本語の文が続きます'],
  ['这一行\n接着下一行。\n再一行', '这一行接着下一行。再一行'],
  ['「引用」、\n（注）', '「引用」、（注）'],
  ['**太字**\n次の行', '<strong>太字</strong>次の行'],
  ['*斜体*\n*斜体*', '<em>斜体</em><em>斜体</em>'],
  ['絵文字🎉\n次の行', '絵文字🎉\n次の行'],
  ['𠮷野家\n𠮷野家', '𠮷野家𠮷野家'],
  ['&#8203;\n次の行', '\u200b\n次の行'],
  ['한국어 문장은\n띄어 씁니다', '한국어 문장은\n띄어 씁니다'],
  ['日本語と\nEnglish', '日本語と\nEnglish'],
  ['English\n日本語', 'English\n日本語'],
  ['two\nlines', 'two\nlines'],
  ['行末に空白二つ  \n改行', '行末に空白二つ<br />改行'],
])('a line that ends between letters of Chinese or Japanese ends without a blank: %j', async (markdown, expected) => {
  expect((await renderMarkdown(markdown)).html.replace('<br />\n', '<br />')).toBe(`<p>${expected}</p>\n`);
});
